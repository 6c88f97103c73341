using System.Net.Sockets;
using Shoal.Protocol;
using Shoal.Protocol.Encryption;
using Shoal.TestKit;

namespace Shoal.Network.Tests;

public sealed class MseNegotiationTests : IDisposable
{
    private const MseMethods Both = MseMethods.Plaintext | MseMethods.Rc4;

    private static readonly InfoHash Torrent = new([.. Enumerable.Repeat((byte)7, InfoHash.Length)]);
    private static readonly byte[] Hello = "the first of the stream"u8.ToArray();

    private readonly HandshakeGate _gate = new(TimeProvider.System);
    private readonly HandshakeRoom _room = new(TimeProvider.System, 10);

    public void Dispose() => _gate.Dispose();

    [Theory]
    [InlineData(Both, Both, StreamSecurity.Obfuscated)]
    [InlineData(MseMethods.Rc4, Both, StreamSecurity.Rc4)]
    [InlineData(Both, MseMethods.Rc4, StreamSecurity.Rc4)]
    public async Task A_stream_goes_on_both_ways_as_agreed(
        MseMethods provide, MseMethods allow, StreamSecurity security)
    {
        using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        (IConnection ours, IConnection theirs) = await NegotiateAsync(pair, provide, allow);
        Assert.Equal(security, ours.Security);
        Assert.Equal(security, theirs.Security);
        // In the clear nothing is left between the link and the socket.
        Assert.Equal(security == StreamSecurity.Obfuscated, ours == pair.Ours);
        Assert.Equal(security == StreamSecurity.Obfuscated, theirs == pair.Theirs);
        Assert.Equal(Hello, await ReadAsync(theirs, Hello.Length));
        await AssertMovesAsync(ours, theirs);
        await AssertMovesAsync(theirs, ours);
    }

    [Fact]
    public async Task A_full_socket_that_took_part_of_a_try_breaks_no_stream()
    {
        using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        (IConnection ours, IConnection theirs) = await NegotiateAsync(pair, MseMethods.Rc4, Both);
        Assert.Equal(Hello, await ReadAsync(theirs, Hello.Length));
        byte[] sent = new byte[32 << 20];
        new Random(1).NextBytes(sent);
        byte[] own = [.. sent];
        SocketResult tried = ours.TrySend(own);
        Assert.InRange(tried.Bytes, 1, own.Length - 1);
        int rest = tried.Bytes;
        rest += ours.TrySend(own.AsSpan(rest)).Bytes;
        Task<byte[]> reading = ReadAsync(theirs, sent.Length);
        // In two parts, of which the first is less than what was encrypted already.
        Assert.True((await ours.SendAsync(own.AsMemory(rest, 1000))).IsOk);
        Assert.True((await ours.SendAsync(own.AsMemory(rest + 1000))).IsOk);
        byte[] received = await reading;
        Assert.True(sent.AsSpan().SequenceEqual(received));
    }

    [Fact]
    public async Task An_empty_receive_waits_for_bytes_and_takes_none()
    {
        using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        (IConnection ours, IConnection theirs) = await NegotiateAsync(pair, MseMethods.Rc4, Both);
        Assert.Equal(Hello, await ReadAsync(theirs, Hello.Length));
        ValueTask<SocketResult> waiting = theirs.ReceiveAsync(Memory<byte>.Empty);
        Assert.False(waiting.IsCompleted);
        await ours.SendAsync(new byte[] { 42 });
        Assert.Equal(new SocketResult(0, SocketError.Success), await waiting);
        Assert.Equal((byte[])[42], await ReadAsync(theirs, 1));
        ours.Close();
        Assert.Equal(0, (await theirs.ReceiveAsync(new byte[10])).Bytes);
    }

    // C05
    [Fact]
    public async Task Who_asks_for_an_unknown_torrent_is_told_nothing()
    {
        using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        Task<MseOutcome> answer = AnswerAsync(pair.Theirs, Both, _ => null);
        Task<MseOutcome> call = MseNegotiation.CallAsync(pair.Ours, Torrent, Both, Hello).AsTask();
        Assert.Equal(MseStatus.UnknownTorrent, (await answer).Status);
        pair.Theirs.Close();
        MseOutcome outcome = await call;
        Assert.Equal((null, MseStatus.NeedMore), (outcome.Connection, outcome.Status));
    }

    [Fact]
    public async Task Who_is_not_wanted_any_more_costs_nothing()
    {
        using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        HandshakeGuest gone = _room.Add(pair.Theirs);
        Assert.True(_room.Remove(gone, out _));
        Task<MseOutcome> answer = MseNegotiation.AnswerAsync(gone, Find, Both, _gate).AsTask();
        await pair.Ours.SendAsync(new byte[MseGroup.Length]);
        Assert.Null((await answer).Connection);
        pair.Theirs.Close();
        Assert.Equal(0, (await pair.Ours.ReceiveAsync(new byte[100])).Bytes);
    }

    [Fact]
    public async Task Steady_traffic_allocates_nothing_that_grows_with_it()
    {
        using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        (IConnection ours, IConnection theirs) = await NegotiateAsync(pair, MseMethods.Rc4, Both);
        Assert.Equal(Hello, await ReadAsync(theirs, Hello.Length));
        byte[] buffer = new byte[64 * 1024];
        Exchange(100);
        // A debug build makes an object of what an optimised one has on the stack: 104 bytes a receive.
        Assert.InRange(Allocations.Least(() => Exchange(100)), 0, 100 * 128);

        void Exchange(int times)
        {
            for (int i = 0; i < times; i++)
            {
                ours.TrySend(buffer.AsSpan(0, 1000));
                // The bytes are there already, so this completes at once and on this thread.
                ValueTask<SocketResult> received = theirs.ReceiveAsync(buffer);
                while (!received.IsCompleted) Thread.SpinWait(10);
                Assert.True(received.Result.IsOk);
            }
        }
    }

    private async Task<(IConnection Ours, IConnection Theirs)> NegotiateAsync(
        ConnectionPair pair, MseMethods provide, MseMethods allow)
    {
        Task<MseOutcome> answer = AnswerAsync(pair.Theirs, allow, Find);
        MseOutcome ours = await MseNegotiation.CallAsync(pair.Ours, Torrent, provide, Hello);
        MseOutcome theirs = await answer;
        Assert.Equal(MseStatus.Done, ours.Status);
        Assert.Equal(MseStatus.Done, theirs.Status);
        Assert.Equal(Torrent, theirs.Torrent);
        return (ours.Connection!, theirs.Connection!);
    }

    private Task<MseOutcome> AnswerAsync(
        IConnection connection, MseMethods allow, Func<MseTorrentKey, InfoHash?> find) =>
        MseNegotiation.AnswerAsync(_room.Add(connection), find, allow, _gate).AsTask();

    private static InfoHash? Find(MseTorrentKey key) => key == MseTorrentKey.Of(Torrent) ? Torrent : null;

    private static async Task AssertMovesAsync(IConnection from, IConnection to)
    {
        byte[] sent = new byte[1_000_003];
        new Random(2).NextBytes(sent);
        Task<byte[]> reading = ReadAsync(to, sent.Length + 5);
        Assert.Equal(5, from.TrySend([1, 2, 3, 4, 5]).Bytes);
        Assert.True((await from.SendAsync((byte[])[.. sent])).IsOk);
        Assert.Equal((byte[])[1, 2, 3, 4, 5, .. sent], await reading);
    }

    private static async Task<byte[]> ReadAsync(IConnection from, int count)
    {
        byte[] bytes = new byte[count];
        for (int have = 0; have < count;)
        {
            SocketResult result = await from.ReceiveAsync(bytes.AsMemory(have));
            Assert.True(result.IsOk && result.Bytes > 0);
            have += result.Bytes;
        }
        return bytes;
    }
}
