using System.Net;
using System.Net.Sockets;
using Shoal.Discovery;
using Shoal.Engine.WebSeeds;
using Shoal.Network;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>The peer wire on one side, ranges on the other.</summary>
public sealed class WebSeedConnectionTests : IAsyncLifetime
{
    private readonly TestTorrent _torrent =
        TestTorrents.Create(TorrentVersion.V1, 64 * 1024, ("content.bin", 40 * 64 * 1024 + 5));

    private RangeServer _server = null!;
    private WebSeedConnection _connection = null!;
    private TimeSpan _now = TimeSpan.FromSeconds(100);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _server = RangeServer.With(_torrent);
        var url = new Uri(_server.Url);
        Assert.True(WebSeedLayout.TryMake(_torrent.Info, url, out WebSeedLayout? layout));
        _connection = new WebSeedConnection(
            new WebSeed(url, AddressOrigin.User, default),
            new WebSeedClient(new TrackerClientOptions(), url, AddressOrigin.User),
            layout,
            _torrent.Geometry,
            new IPEndPoint(IPAddress.Loopback, url.Port),
            () => _now);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Close();
        await _server.DisposeAsync();
    }

    [Fact(Timeout = 60_000)]
    public async Task It_has_everything_and_lets_us_request()
    {
        Assert.Equal([0, 0, 0, 1, 0x0e, 0, 0, 0, 1, 1], await ReceiveAsync(10));
        Assert.Empty(_server.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task Requests_in_a_row_are_one_range_and_every_block_is_answered()
    {
        await ReceiveAsync(10);
        BlockSpan[] blocks = [.. Blocks().Skip(8).Take(100)];
        Request(blocks);
        Assert.Equal(MessagesOf(blocks), await ReceiveAsync(LengthOf(blocks)));
        RangeRequest asked = Assert.Single(_server.Requests);
        Assert.Equal((8 * 16_384, 108 * 16_384 - 1), (asked.First, asked.Last));
    }

    [Fact(Timeout = 60_000)]
    public async Task Half_of_what_is_asked_for_gathers_while_the_other_half_is_under_way()
    {
        await ReceiveAsync(10);
        BlockSpan[] blocks = [.. Blocks()];
        Request(blocks[..40]);
        byte[] first = await ReceiveAsync(LengthOf(blocks[..1]));
        // 4 wait for 39, 8 for 38, and so on, until 32 wait for 32.
        var received = new List<byte>(first);
        for (int i = 1; i <= 8; i++)
        {
            Request(blocks[(36 + 4 * i)..(40 + 4 * i)]);
            received.AddRange(await ReceiveAsync(LengthOf(blocks[i..(i + 1)])));
        }
        received.AddRange(await ReceiveAsync(LengthOf(blocks[9..72])));
        Assert.Equal(MessagesOf(blocks[..72]), received);
        Assert.Equal([40 * 16_384, 32 * 16_384], _server.Requests.Select(request => request.Length));
    }

    [Fact(Timeout = 60_000)]
    public async Task Blocks_that_do_not_lie_in_a_row_are_asked_for_side_by_side_and_come_in_order()
    {
        await ReceiveAsync(10);
        BlockSpan[] all = [.. Blocks()];
        BlockSpan[] blocks = [all[100], all[3], all[4], all[50], all[160]];
        Request(blocks);
        Assert.Equal(MessagesOf(blocks), await ReceiveAsync(LengthOf(blocks)));
        Assert.Equal(4, _server.Requests.Count);
        // The last block is short.
        Assert.Equal(5, blocks[4].Length);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_request_that_is_cancelled_in_time_is_rejected_and_a_keep_alive_answered()
    {
        await ReceiveAsync(10);
        BlockSpan[] blocks = [.. Blocks().Take(3)];
        var messages = new MessageBuffer();
        foreach (BlockSpan block in blocks) PeerMessages.WriteRequest(messages, block);
        PeerMessages.WriteKeepAlive(messages);
        PeerMessages.WriteCancel(messages, blocks[1]);
        PeerMessages.WriteCancel(messages, blocks[1]);
        Send(messages);
        var expected = new MessageBuffer();
        PeerMessages.WriteKeepAlive(expected);
        PeerMessages.WriteReject(expected, blocks[1]);
        byte[] answers = [.. expected.Pending, .. MessagesOf([blocks[0], blocks[2]])];
        Assert.Equal(answers, await ReceiveAsync(answers.Length));
    }

    [Fact(Timeout = 60_000)]
    public async Task What_is_no_request_changes_nothing()
    {
        await ReceiveAsync(10);
        var messages = new MessageBuffer();
        PeerMessages.WriteInterested(messages);
        PeerMessages.WriteHave(messages, _torrent.Geometry.Piece(3));
        PeerMessages.WriteBitfield(messages, new Bitfield(_torrent.Geometry.PieceCount));
        // Numbers that no block has.
        PeerMessages.WriteRequest(messages, new BlockSpan(_torrent.Geometry.Piece(40), 16_384, 16_384));
        Send(messages);
        BlockSpan[] blocks = [.. Blocks().Take(1)];
        Request(blocks);
        Assert.Equal(MessagesOf(blocks), await ReceiveAsync(LengthOf(blocks)));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_receive_into_nothing_waits_for_the_server_and_takes_nothing()
    {
        await ReceiveAsync(10);
        ValueTask<SocketResult> ready = _connection.ReceiveAsync(Memory<byte>.Empty);
        Assert.False(ready.IsCompleted);
        BlockSpan[] blocks = [.. Blocks().Take(2)];
        Request(blocks);
        Assert.Equal(new SocketResult(0, SocketError.Success), await ready);
        Assert.Equal(MessagesOf(blocks), await ReceiveAsync(LengthOf(blocks)));
    }

    [Theory(Timeout = 60_000)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(16_397)]
    [InlineData(300_000)]
    public async Task However_small_the_buffer_is_the_messages_are_whole(int size)
    {
        await ReceiveAsync(10);
        BlockSpan[] blocks = [.. Blocks().Take(6)];
        Request(blocks);
        byte[] buffer = new byte[size];
        var received = new List<byte>();
        while (received.Count < LengthOf(blocks))
        {
            SocketResult result = await _connection.ReceiveAsync(buffer);
            Assert.True(result.IsOk);
            Assert.InRange(result.Bytes, 1, size);
            received.AddRange(buffer.AsSpan(0, result.Bytes));
        }
        Assert.Equal(MessagesOf(blocks), received);
    }

    // W07
    [Fact(Timeout = 60_000)]
    public async Task A_server_that_sends_no_block_in_thirty_seconds_is_left()
    {
        _server.Lie = async (request, stream, token) =>
        {
            await stream.WriteAsync(request.RightHead(_torrent.PieceSpace.Length), token);
            await stream.WriteAsync(new byte[100], token);
            await RangeServer.StandStillAsync(token);
            return true;
        };
        await ReceiveAsync(10);
        Request([.. Blocks().Take(2)]);
        await ReceiveAsync(113);
        ValueTask<SocketResult> next = _connection.ReceiveAsync(new byte[1000]);
        _now += TimeSpan.FromSeconds(29);
        _connection.CloseIfLate();
        Assert.Null(_connection.Fault);
        _now += TimeSpan.FromSeconds(2);
        _connection.CloseIfLate();
        Assert.False((await next).IsOk);
        Assert.Contains("not one block in 30 seconds", _connection.Fault!.Sentence, StringComparison.Ordinal);
        Assert.False(_connection.Fault.IsFinal);
        Assert.False((await _connection.ReceiveAsync(new byte[10])).IsOk);
    }

    [Fact(Timeout = 60_000)]
    public async Task Time_in_which_nobody_receives_is_not_the_servers()
    {
        await ReceiveAsync(10);
        BlockSpan[] blocks = [.. Blocks().Take(20)];
        Request(blocks);
        byte[] first = await ReceiveAsync(1000);
        _now += TimeSpan.FromHours(1);
        _connection.CloseIfLate();
        byte[] rest = await ReceiveAsync(LengthOf(blocks) - 1000);
        Assert.Equal(MessagesOf(blocks), first.Concat(rest));
        Assert.Null(_connection.Fault);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_closes_ends_a_receive_that_waits_for_requests_and_one_that_waits_for_the_server()
    {
        await ReceiveAsync(10);
        ValueTask<SocketResult> idle = _connection.ReceiveAsync(new byte[10]);
        _connection.Close();
        Assert.False((await idle).IsOk);

        await DisposeAsync();
        await InitializeAsync();
        var asked = new TaskCompletionSource();
        _server.Lie = async (_, _, token) =>
        {
            asked.SetResult();
            await RangeServer.StandStillAsync(token);
            return true;
        };
        await ReceiveAsync(10);
        Request([.. Blocks().Take(1)]);
        ValueTask<SocketResult> waiting = _connection.ReceiveAsync(new byte[10]);
        await asked.Task.WaitAsync(Cancel);
        _connection.Close();
        Assert.False((await waiting).IsOk);
        Assert.Null(_connection.Fault);
    }

    private IEnumerable<BlockSpan> Blocks()
    {
        PieceGeometry geometry = _torrent.Geometry;
        for (int piece = 0; piece < geometry.PieceCount; piece++)
            for (int block = 0; block < geometry.BlockCount(geometry.Piece(piece)); block++)
                yield return geometry.Block(geometry.Piece(piece), block);
    }

    private void Request(BlockSpan[] blocks)
    {
        var messages = new MessageBuffer();
        foreach (BlockSpan block in blocks) PeerMessages.WriteRequest(messages, block);
        Send(messages);
    }

    private void Send(MessageBuffer messages) => Assert.Equal(
        new SocketResult(messages.Length, SocketError.Success), _connection.TrySend(messages.PendingMemory.Span));

    private byte[] MessagesOf(BlockSpan[] blocks)
    {
        var messages = new MessageBuffer();
        foreach (BlockSpan block in blocks) PeerMessages.WritePiece(messages, block, _torrent.Block(block).Span);
        return messages.Pending.ToArray();
    }

    private static int LengthOf(BlockSpan[] blocks) =>
        blocks.Sum(block => block.Length + PeerMessages.PieceHeaderLength);

    /// <summary>Receives so many bytes, however they come.</summary>
    private async Task<byte[]> ReceiveAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int have = 0; have < count;)
        {
            SocketResult result = await _connection.ReceiveAsync(bytes.AsMemory(have));
            Assert.True(result.IsOk);
            have += result.Bytes;
        }
        return bytes;
    }
}
