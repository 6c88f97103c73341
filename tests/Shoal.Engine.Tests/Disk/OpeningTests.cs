using System.Net;
using Shoal.Protocol.PeerWire;
using Shoal.Engine.Tests.Hostile;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Disk;

/// <summary>What a torrent does with its folder when it is added.</summary>
public sealed class OpeningTests : IAsyncLifetime
{
    private const int PieceLength = 16 * 1024;
    private const int PieceCount = 40;

    private readonly string _root = Directory.CreateTempSubdirectory("shoal-opening-").FullName;
    private readonly TestTorrent _torrent =
        TestTorrents.Create(TorrentVersion.V1, PieceLength, ("content.bin", PieceCount * PieceLength));

    private TorrentEngine _engine = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Content => Path.Combine(_root, "content.bin");

    public async ValueTask InitializeAsync() => _engine = await TorrentEngine.StartAsync(
        new EngineOptions { BindAddress = IPAddress.Loopback, Time = new ManualTime() }, Cancel);

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Space_is_reserved_at_once_only_where_that_is_asked_for(bool preallocate)
    {
        await AddAsync(new TorrentOptions { Directory = _root, Preallocate = preallocate });
        long length = File.Exists(Content) ? new FileInfo(Content).Length : 0;
        Assert.Equal(preallocate ? _torrent.PieceSpace.Length : 0, length);
    }

    // What only a second look at the bytes can find: a change after a clean end that left no trace.
    [Theory(Timeout = 120_000)]
    [InlineData(InitialCheck.Resume, 0)]
    [InlineData(InitialCheck.Full, 1)]
    public async Task A_full_check_believes_no_journal(InitialCheck check, int missed)
    {
        int had = await DownloadSomeAsync();
        DateTime written = File.GetLastWriteTimeUtc(Content);
        byte[] bytes = await File.ReadAllBytesAsync(Content, Cancel);
        int changed = FirstGoodPiece(bytes) * PieceLength;
        bytes[changed] ^= 1;
        await File.WriteAllBytesAsync(Content, bytes, Cancel);
        File.SetLastWriteTimeUtc(Content, written);
        Torrent again = await AddAsync(new TorrentOptions { Directory = _root, InitialCheck = check });
        Assert.Equal(had - missed, again.Snapshot().CompletedPieces);
    }

    [Theory(Timeout = 120_000)]
    [InlineData(InitialCheck.Resume, 3)]
    [InlineData(InitialCheck.Full, 4)]
    public async Task A_piece_that_was_not_finished_is_gone_on_with(InitialCheck check, int asked)
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.Hybrid, 4 * PieceLength, ("content.bin", 60_000));
        await DownloadOneBlockAsync(torrent);
        Torrent second = await AddAsync(new TorrentOptions { Directory = _root, InitialCheck = check }, torrent);
        using (WirePeer peer = await SeedAsync(torrent))
        {
            await SettleAsync(peer);
            Assert.Equal(asked, peer.AskedCount);
            await peer.AnswerAsync();
            await second.WaitForCompletionAsync(Cancel);
        }
        Assert.Equal(torrent.PieceSpace[..60_000], await File.ReadAllBytesAsync(Content, Cancel));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_piece_that_was_not_finished_waits_while_it_is_not_wanted()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 4 * PieceLength, ("a", 60_000), ("b", 60_000));
        int begun = await DownloadOneBlockAsync(torrent);
        Torrent other = await AddAsync(
            new TorrentOptions { Directory = _root, SelectedFiles = [1 - begun] }, torrent);
        using (WirePeer peer = await SeedAsync(torrent))
        {
            while (peer.AskedCount < 4) await BreathAsync();
            await other.StopAsync(Cancel);
        }

        await AddAsync(new TorrentOptions { Directory = _root }, torrent);
        using WirePeer last = await SeedAsync(torrent);
        await SettleAsync(last);
        Assert.Equal(7, last.AskedCount);
    }

    [Fact(Timeout = 120_000)]
    public async Task Trust_takes_a_file_of_the_right_size_as_it_is()
    {
        await File.WriteAllBytesAsync(Content, new byte[_torrent.PieceSpace.Length], Cancel);
        Torrent trusted = await AddAsync(
            new TorrentOptions { Directory = _root, InitialCheck = InitialCheck.Trust });
        Assert.Equal(PieceCount, trusted.Snapshot().CompletedPieces);
        Assert.Equal(TorrentState.Seeding, trusted.Snapshot().State);
    }

    /// <summary>Gets some pieces and ends cleanly; returns how many there are then.</summary>
    private async Task<int> DownloadSomeAsync()
    {
        Torrent torrent = await AddAsync(new TorrentOptions { Directory = _root });
        using WirePeer peer = await WirePeer.ConnectAsync(_engine, _torrent);
        // It has all but one piece, so there is an end that is not the end.
        var pieces = new Protocol.Bitfield(PieceCount);
        pieces.SetAll();
        pieces.Clear(0);
        var bitfield = new MessageBuffer();
        PeerMessages.WriteBitfield(bitfield, pieces);
        await peer.SendAsync(bitfield.PendingMemory);
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Unchoke));
        while (torrent.Snapshot().CompletedPieces < PieceCount - 1)
        {
            Cancel.ThrowIfCancellationRequested();
            await peer.AnswerAsync();
            await Task.Yield();
        }
        await torrent.StopAsync(Cancel);
        return PieceCount - 1;
    }

    private int FirstGoodPiece(byte[] bytes)
    {
        int piece = 0;
        while (!bytes.AsSpan(piece * PieceLength, PieceLength)
            .SequenceEqual(_torrent.PieceSpace.AsSpan(piece * PieceLength, PieceLength))) piece++;
        return piece;
    }

    /// <summary>Gets one block of a torrent with pieces of four and ends cleanly; returns the piece.</summary>
    private async Task<int> DownloadOneBlockAsync(TestTorrent torrent)
    {
        Torrent first = await AddAsync(new TorrentOptions { Directory = _root }, torrent);
        using WirePeer peer = await SeedAsync(torrent);
        while (peer.AskedCount < 4) await BreathAsync();
        int piece = peer.NextAsked.Piece.Value;
        await peer.AnswerAsync(most: 1);
        while (first.Snapshot().DownloadedBytes == 0) await BreathAsync();
        await first.StopAsync(Cancel);
        return piece;
    }

    private async Task<WirePeer> SeedAsync(TestTorrent torrent)
    {
        WirePeer peer = await WirePeer.ConnectAsync(_engine, torrent);
        await peer.SendAsync(RawPeer.Message(PeerMessageId.HaveAll));
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Unchoke));
        return peer;
    }

    // What a torrent asks for comes after the answers to all messages that arrived together, the first of these among
    // them perhaps, and before the answer to the second.
    private static async Task SettleAsync(WirePeer peer)
    {
        for (uint number = 1; number <= 2; number++)
        {
            await peer.PingAsync(number);
            while (!peer.Echoed(number)) await BreathAsync();
        }
    }

    private static async Task BreathAsync()
    {
        Cancel.ThrowIfCancellationRequested();
        await Task.Yield();
    }

    private async Task<Torrent> AddAsync(TorrentOptions options, TestTorrent? of = null)
    {
        var source = new TorrentSource.Parsed((of ?? _torrent).Metainfo);
        Torrent torrent = await _engine.AddAsync(source, options, Cancel);
        while (torrent.Snapshot().State == TorrentState.Checking)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        return torrent;
    }
}
