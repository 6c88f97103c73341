using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Shoal.Network.Tests;

public sealed class TlsConnectionTests : IDisposable
{
    private readonly TlsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task A_small_message_goes_out_without_waiting_for_anybody(string caller, string called)
    {
        _rig.Use(caller, called);
        using TlsPair pair = await _rig.ConnectAsync();
        SocketResult sent = pair.Ours.TrySend(new byte[] { 1, 2, 3 });
        Assert.True(sent.IsOk);
        Assert.Equal(3, sent.Bytes);
        byte[] buffer = new byte[10];
        Assert.Equal(3, (await pair.Theirs.ReceiveAsync(buffer)).Bytes);
        Assert.Equal([1, 2, 3], buffer[..3]);
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task What_a_try_could_not_send_is_sent_once_and_first(string caller, string called)
    {
        _rig.Use(caller, called);
        // The socket takes so much and no more, anywhere in a record.
        for (int room = 0; room < 60; room += 7)
        {
            NarrowConnection? narrow = null;
            using TlsPair pair = await _rig.ConnectAsync(wrap: inner => narrow = new NarrowConnection(inner));
            narrow!.Room = room;
            byte[] first = RandomNumberGenerator.GetBytes(50);
            int taken = pair.Ours.TrySend(first.AsSpan()).Bytes;
            Assert.Equal(0, taken);
            Assert.Equal(0, pair.Ours.TrySend(first.AsSpan()).Bytes);
            byte[] more = RandomNumberGenerator.GetBytes(40_000);
            // As the contract has it: the rest as it lies there, and something behind it.
            byte[] all = [.. first, .. more];
            Task<SocketResult> sending = pair.Ours.SendAsync(all.ToArray()).AsTask();
            Assert.Equal(all, await ReceiveAsync(pair.Theirs, all.Length));
            Assert.True((await sending).IsOk);
        }
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task More_than_a_record_is_not_tried(string caller, string called)
    {
        _rig.Use(caller, called);
        using TlsPair pair = await _rig.ConnectAsync();
        Assert.Equal(0, pair.Ours.TrySend(new byte[(16 * 1024) + 1]).Bytes);
        Assert.Equal(16 * 1024, pair.Ours.TrySend(new byte[16 * 1024]).Bytes);
        await ReceiveAsync(pair.Theirs, 16 * 1024);
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task Runs_of_blocks_come_whole_in_few_receives(string caller, string called)
    {
        _rig.Use(caller, called);
        using TlsPair pair = await _rig.ConnectAsync();
        byte[] run = RandomNumberGenerator.GetBytes(5 * (16 * 1024 + 13));
        Task<SocketResult> sending = pair.Theirs.SendAsync(run.ToArray()).AsTask();
        Assert.Equal(run, await ReceiveAsync(pair.Ours, run.Length));
        Assert.True((await sending).IsOk);
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task Both_sides_may_send_much_at_once(string caller, string called)
    {
        _rig.Use(caller, called);
        using TlsPair pair = await _rig.ConnectAsync();
        byte[] there = RandomNumberGenerator.GetBytes(3_000_000), back = RandomNumberGenerator.GetBytes(3_000_000);
        Task<SocketResult> first = pair.Ours.SendAsync(there.ToArray()).AsTask();
        Task<SocketResult> second = pair.Theirs.SendAsync(back.ToArray()).AsTask();
        Task<byte[]> arriving = ReceiveAsync(pair.Theirs, there.Length);
        Assert.Equal(back, await ReceiveAsync(pair.Ours, back.Length));
        Assert.Equal(there, await arriving);
        Assert.True((await first).IsOk);
        Assert.True((await second).IsOk);
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task A_receive_of_nothing_waits_for_something_and_takes_none_of_it(string caller, string called)
    {
        _rig.Use(caller, called);
        using TlsPair pair = await _rig.ConnectAsync();
        Task<SocketResult> waiting = pair.Ours.ReceiveAsync(Memory<byte>.Empty).AsTask();
        Assert.False(waiting.IsCompleted);
        await pair.Theirs.SendAsync(new byte[] { 1, 2, 3 });
        Assert.Equal(new SocketResult(0, SocketError.Success), await waiting);
        // It is there already, and is there still.
        Assert.Equal(
            new SocketResult(0, SocketError.Success), await pair.Ours.ReceiveAsync(Memory<byte>.Empty));
        Assert.Equal([1, 2, 3], await ReceiveAsync(pair.Ours, 3));
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task What_was_put_back_comes_first(string caller, string called)
    {
        _rig.Use(caller, called);
        using TlsPair pair = await _rig.ConnectAsync();
        await pair.Theirs.SendAsync(new byte[] { 3, 4 });
        pair.Ours.Unread(new byte[] { 1, 2 });
        Assert.Equal([1, 2, 3, 4], await ReceiveAsync(pair.Ours, 4));
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task One_changed_bit_ends_the_connection_and_nothing_of_its_record_comes(string caller, string called)
    {
        _rig.Use(caller, called);
        FlippingConnection? flipping = null;
        using TlsPair pair = await _rig.ConnectAsync(wrap: inner => flipping = new FlippingConnection(inner));
        flipping!.Flips = true;
        Assert.True((await pair.Ours.SendAsync(new byte[] { 1, 2, 3 })).IsOk);
        SocketResult received = await pair.Theirs.ReceiveAsync(new byte[10]);
        Assert.False(received.IsOk);
    }

    [Theory(Timeout = 60_000)]
    [ClassData(typeof(TlsKinds))]
    public async Task Closing_ends_what_is_under_way_on_both_sides(string caller, string called)
    {
        _rig.Use(caller, called);
        using TlsPair pair = await _rig.ConnectAsync();
        Task<SocketResult> ours = pair.Ours.ReceiveAsync(new byte[10]).AsTask();
        Task<SocketResult> theirs = pair.Theirs.ReceiveAsync(new byte[10]).AsTask();
        pair.Ours.Close();
        pair.Ours.Close();
        Assert.Equal(0, (await ours).Bytes);
        Assert.Equal(0, (await theirs).Bytes);
        Assert.False((await pair.Ours.ReceiveAsync(new byte[10])).IsOk);
        Assert.False((await pair.Ours.SendAsync(new byte[10])).IsOk);
        Assert.False(pair.Ours.TrySend(new byte[10]).IsOk);
    }

    private static async Task<byte[]> ReceiveAsync(TlsConnection from, int length)
    {
        byte[] buffer = new byte[length];
        int have = 0;
        while (have < length)
        {
            SocketResult result = await from.ReceiveAsync(buffer.AsMemory(have));
            Assert.True(result is { IsOk: true, Bytes: > 0 });
            have += result.Bytes;
        }
        return buffer;
    }

    /// <summary>A connection whose tries send no more than there is room for.</summary>
    private sealed class NarrowConnection(IConnection inner) : IConnection
    {
        public int Room { get; set; } = int.MaxValue;

        public IPEndPoint Remote => inner.Remote;

        public IPEndPoint Local => inner.Local;

        public ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer) => inner.ReceiveAsync(buffer);

        public void Unread(ReadOnlyMemory<byte> bytes) => inner.Unread(bytes);

        public ValueTask<SocketResult> SendAsync(Memory<byte> bytes) => inner.SendAsync(bytes);

        public SocketResult TrySend(Span<byte> bytes)
        {
            int count = Math.Min(Room, bytes.Length);
            Room -= count;
            return count == 0 ? default : inner.TrySend(bytes[..count]);
        }

        public void Close() => inner.Close();
    }

    /// <summary>A connection on whose way the last bit of what is sent is changed.</summary>
    private sealed class FlippingConnection(IConnection inner) : IConnection
    {
        public bool Flips { get; set; }

        public IPEndPoint Remote => inner.Remote;

        public IPEndPoint Local => inner.Local;

        public ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer) => inner.ReceiveAsync(buffer);

        public void Unread(ReadOnlyMemory<byte> bytes) => inner.Unread(bytes);

        public ValueTask<SocketResult> SendAsync(Memory<byte> bytes)
        {
            if (Flips) bytes.Span[^1] ^= 1;
            return inner.SendAsync(bytes);
        }

        public SocketResult TrySend(Span<byte> bytes) => inner.TrySend(bytes);

        public void Close() => inner.Close();
    }
}
