using System.Net;
using Shoal.TestKit;

namespace Shoal.Network.Tests;

public sealed class HandshakeRoomTests
{
    private const int Places = 4;

    private readonly ManualTime _time = new();
    private readonly HandshakeRoom _room;

    public HandshakeRoomTests() => _room = new HandshakeRoom(_time, Places);

    [Fact]
    public void While_there_are_places_nobody_has_to_go()
    {
        for (int i = 0; i < Places; i++)
        {
            Assert.Equal(TimeSpan.Zero, _room.MakeRoom());
            Assert.True(Add("1.2.3.4").Guest.IsWanted);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(Places, _room.Count);
    }

    [Fact]
    public void Who_has_come_no_further_for_longest_makes_room_and_not_who_came_first()
    {
        (HandshakeGuest first, _) = Add("1.2.3.4");
        (HandshakeGuest second, Wire wire) = Add("1.2.3.4");
        Fill("1.2.3.4");
        _time.Advance(TimeSpan.FromSeconds(1));
        first.Advance();
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, _room.MakeRoom());
        Assert.True(first.IsWanted);
        Assert.Equal(3, _room.Count);
        // Two others came with the second, at the same moment; a second place takes one more of them, never the first.
        _room.Add(new Wire("1.2.3.4"));
        Assert.Equal(TimeSpan.Zero, _room.MakeRoom());
        _room.Add(new Wire("1.2.3.4"));
        Assert.Equal(TimeSpan.Zero, _room.MakeRoom());
        Assert.True(first.IsWanted);
        Assert.False(second.IsWanted);
        Assert.True(wire.IsClosed);
    }

    [Fact]
    public void The_network_with_the_most_makes_room_however_long_others_have_waited()
    {
        (HandshakeGuest lone, _) = Add("9.9.9.9");
        (HandshakeGuest other, _) = Add("2001:db8:1::1");
        _time.Advance(TimeSpan.FromSeconds(5));
        // Different addresses of one network.
        for (int i = 0; i < 100; i++)
        {
            while (_room.MakeRoom() is var wait && wait > TimeSpan.Zero) _time.Advance(wait);
            Add($"1.2.3.{i}");
        }
        Assert.True(lone.IsWanted);
        Assert.True(other.IsWanted);
        Assert.Equal(Places, _room.Count);
    }

    [Fact]
    public void Nobody_makes_room_before_its_first_bytes_can_have_been_read()
    {
        Fill("1.2.3.4");
        _time.Advance(TimeSpan.FromMilliseconds(100));
        Assert.Equal(HandshakeRoom.Patience - TimeSpan.FromMilliseconds(100), _room.MakeRoom());
        Assert.Equal(Places, _room.Count);
        _time.Advance(HandshakeRoom.Patience);
        Assert.Equal(TimeSpan.Zero, _room.MakeRoom());
        Assert.Equal(Places - 1, _room.Count);
    }

    [Fact]
    public async Task Who_waits_for_us_stays_while_others_wait_for_nothing()
    {
        using var gate = new HandshakeGate(_time);
        (HandshakeGuest honest, _) = Add("1.2.3.4");
        // Ten minutes of the gate's time.
        ValueTask<bool> entering = honest.EnterAsync(gate, TimeSpan.FromSeconds(60));
        Assert.False(entering.IsCompleted);
        for (int i = 0; i < 50; i++)
        {
            while (_room.MakeRoom() is var wait && wait > TimeSpan.Zero) _time.Advance(wait);
            Add("1.2.3.5");
            _time.Advance(TimeSpan.FromMilliseconds(100));
            Assert.True(honest.IsWanted);
        }
        // Everybody may go in.
        gate.Dispose();
        Assert.True(await entering);
    }

    [Fact]
    public void When_all_wait_for_us_the_last_in_line_makes_room_at_once()
    {
        using var gate = new HandshakeGate(_time);
        List<HandshakeGuest> line = [];
        for (int i = 0; i < Places; i++)
        {
            (HandshakeGuest guest, _) = Add("1.2.3.4");
            line.Add(guest);
            Assert.False(guest.EnterAsync(gate, TimeSpan.FromSeconds(60)).IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }
        Assert.Equal(TimeSpan.Zero, _room.MakeRoom());
        Assert.All(line[..^1], guest => Assert.True(guest.IsWanted));
        Assert.False(line[^1].IsWanted);
    }

    [Fact]
    public void Who_stays_too_long_is_closed_and_who_left_is_not_touched()
    {
        (HandshakeGuest left, Wire leftWire) = Add("1.2.3.4");
        (_, Wire late) = Add("1.2.3.4");
        _time.Advance(TimeSpan.FromSeconds(6));
        (_, Wire early) = Add("1.2.3.4");
        Assert.True(_room.Remove(left, out TimeSpan stayed));
        Assert.Equal(TimeSpan.FromSeconds(6), stayed);
        Assert.False(_room.Remove(left, out _));
        _time.Advance(TimeSpan.FromSeconds(5));
        _room.CloseLate(TimeSpan.FromSeconds(10));
        Assert.True(late.IsClosed);
        Assert.False(leftWire.IsClosed);
        Assert.False(early.IsClosed);
        _room.CloseAll();
        Assert.True(early.IsClosed);
    }

    private (HandshakeGuest Guest, Wire Wire) Add(string address)
    {
        var wire = new Wire(address);
        return (_room.Add(wire), wire);
    }

    private void Fill(string address)
    {
        while (_room.Count < Places) Add(address);
    }

    private sealed class Wire(string address) : IConnection
    {
        public bool IsClosed { get; private set; }

        public IPEndPoint Remote { get; } = new(IPAddress.Parse(address), 6881);

        public IPEndPoint Local { get; } = new(IPAddress.Loopback, 6881);

        public ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer) => default;

        public void Unread(ReadOnlyMemory<byte> bytes)
        {
        }

        public ValueTask<SocketResult> SendAsync(Memory<byte> bytes) => default;

        public SocketResult TrySend(Span<byte> bytes) => default;

        public void Close() => IsClosed = true;
    }
}
