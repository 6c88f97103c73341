using System.Net;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Hostile;

/// <summary>What an upload limit does to messages that are no blocks: nothing. The clock is the test's.</summary>
public sealed class UploadLimitTests : IAsyncLifetime
{
    private const int Limit = 10 * 1024;

    // Time for one packet of 1448 bytes, which is the least that the limit grants, and not for two.
    private static readonly TimeSpan OnePacket = TimeSpan.FromMilliseconds(150);

    private readonly string _root = Directory.CreateTempSubdirectory("shoal-limit-").FullName;
    private readonly ManualTime _time = new();
    private readonly TestTorrent _torrent =
        TestTorrents.Create(TorrentVersion.V1, 64 * 1024, ("content.bin", 500_000));

    private TorrentEngine _engine = null!;
    private Torrent _seed = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(Path.Combine(_root, "content.bin"), _torrent.PieceSpace, Cancel);
        var options = new EngineOptions
        {
            BindAddress = IPAddress.Loopback, Time = _time, UploadBytesPerSecond = Limit,
        };
        _engine = await TorrentEngine.StartAsync(options, Cancel);
        _seed = await _engine.AddAsync(
            new TorrentSource.Parsed(_torrent.Metainfo),
            new TorrentOptions { Directory = _root, SeedOnly = true },
            Cancel);
        await _seed.WaitForCompletionAsync(Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact(Timeout = 120_000)]
    public async Task Who_waits_for_a_block_hears_everything_else_at_once()
    {
        // The first peer's block is under way, and what the limit had gathered is used up; time stands still.
        using RawPeer first = await AskingPeerAsync();
        await ReadToBlockAsync(first);
        await UntilAsync(() => _engine.Services.UploadLimiter.WaitingCount > 0);
        using RawPeer second = await AskingPeerAsync();
        await SayNonsenseAsync(second);
        PeerMessageId id;
        do
        {
            (int length, id) = await second.ReadHeadAsync();
            Assert.NotEqual(PeerMessageId.Piece, id);
            await second.SkipAsync(length);
        }
        while (id != PeerMessageId.RejectRequest);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_is_said_while_a_block_is_sent_is_answered_before_the_next_block()
    {
        using RawPeer peer = await AskingPeerAsync();
        int rest = await ReadToBlockAsync(peer);
        await SayNonsenseAsync(peer);
        await AdvanceUntilAsync(peer.SkipAsync(rest));
        (_, PeerMessageId next) = await peer.ReadHeadAsync();
        Assert.Equal(PeerMessageId.RejectRequest, next);
    }

    private async Task<RawPeer> AskingPeerAsync()
    {
        RawPeer peer = await RawPeer.GreetAsync(_engine.Port, _torrent.Info.Hashes.Wire);
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Interested));
        for (uint block = 0; block < 4; block++)
            await peer.SendAsync(RawPeer.Numbers(PeerMessageId.Request, 0, block * 16_384, 16_384));
        return peer;
    }

    /// <summary>Asks for what no torrent has, which is answered by a reject, and waits until that is heard.</summary>
    private async Task SayNonsenseAsync(RawPeer peer)
    {
        byte[] nonsense = RawPeer.Numbers(PeerMessageId.Request, uint.MaxValue, 7, 7);
        byte[] both = [.. nonsense, .. RawPeer.Numbers(PeerMessageId.Have, 1)];
        await peer.SendAsync(both);
        await UntilAsync(() => _seed.Peers().Any(seen => seen.Pieces == 1 && seen.EndPoint.Port == peer.Port));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>
    /// Lets the first packet of the first block go, and reads to the block's head; returns how many bytes of it are
    /// still to come.
    /// </summary>
    private async Task<int> ReadToBlockAsync(RawPeer peer)
    {
        await UntilAsync(() => _engine.Services.UploadLimiter.WaitingCount > 0);
        _time.Advance(OnePacket);
        while (true)
        {
            (int length, PeerMessageId id) = await peer.ReadHeadAsync();
            if (id == PeerMessageId.Piece) return length;
            await peer.SkipAsync(length);
        }
    }

    // The clock moves only while somebody waits for the limit. What is granted goes on on other threads in real time;
    // a clock that ran meanwhile would run as far as the machine is slow, and the engine would give up a silent peer.
    private async Task AdvanceUntilAsync(Task done)
    {
        while (!done.IsCompleted)
        {
            Cancel.ThrowIfCancellationRequested();
            if (_engine.Services.UploadLimiter.WaitingCount > 0) _time.Advance(TimeSpan.FromMilliseconds(25));
            await Task.Yield();
        }
    }
}
