using System.Net;
using Shoal.Engine.Tests.Disk;
using Shoal.Engine.Tests.Hostile;
using Shoal.Engine.Torrents;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Tests.Fakes;
using Shoal.Swarm;
using Shoal.TestKit;

namespace Shoal.Engine.Tests;

/// <summary>A torrent that is stopped in the middle of something: when that is said, nothing of it goes on.</summary>
public sealed class StopTests : IAsyncLifetime
{
    private const int PieceLength = 16 * 1024;
    private const string Folder = "/downloads";

    private readonly MemoryFileSystem _disk = new();
    private readonly TestTorrent _content =
        TestTorrents.Create(TorrentVersion.V1, PieceLength, ("a.bin", PieceLength / 2), ("b.bin", PieceLength / 2));
    private TorrentEngine _engine = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string ContentFolder => Path.Combine(Folder, _content.Info.Name);

    public async ValueTask InitializeAsync()
    {
        _disk.CreateFolder(ContentFolder);
        _engine = await TorrentEngine.StartAsync(
            new EngineOptions { BindAddress = IPAddress.Loopback, FileSystem = _disk }, Cancel);
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact(Timeout = 60_000)]
    public async Task Metadata_that_comes_during_the_stop_opens_nothing()
    {
        string magnet = new MagnetLink { Hashes = _content.Info.Hashes }.ToString();
        Torrent torrent = await AddAsync(TorrentSource.Parse(magnet));
        using var item = new LongItem(Actor);
        Task stop = torrent.StopAsync(Cancel);
        await item.EndAsync(() => ((ISwarmPort)Actor).MetadataReceived(_content.Info.Raw));
        await stop;
        Assert.Null(torrent.Metainfo);
        Assert.Empty(_disk.Paths);
        Assert.Equal(0, _disk.OpenHandles);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_state_is_stopped_when_the_stop_has_ended()
    {
        Torrent torrent = await AddAsync();
        await UntilAsync(() => torrent.Snapshot().State != TorrentState.Checking);
        TorrentActor actor = Actor;
        using var flush = new Gate("flush", ".shoal");
        _disk.Fault = Holding(flush);
        flush.Close();
        Task<bool> stop = Task.Run(HasEndedAsync, Cancel);
        await UntilAsync(() => flush.Waiting > 0);
        using var item = new LongItem(actor);
        flush.Open();
        // The last of the stop comes after what the actor does just now, so give it time to come too early.
        for (int i = 0; i < 10_000 && !stop.IsCompleted; i++) await Task.Yield();
        await item.EndAsync(() => { });
        Assert.True(await stop);

        async Task<bool> HasEndedAsync()
        {
            await torrent.StopAsync(Cancel);
            return actor.Ended.IsCompleted;
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task Of_a_torrent_that_is_stopped_while_a_block_is_read_no_file_stays_open()
    {
        _disk[Path.Combine(ContentFolder, "a.bin")] = _content.FileContent(0).ToArray();
        _disk[Path.Combine(ContentFolder, "b.bin")] = _content.FileContent(1).ToArray();
        Torrent torrent = await AddAsync();
        await torrent.WaitForCompletionAsync(Cancel);
        using WirePeer peer = await WirePeer.ConnectAsync(_engine, _content);
        await peer.SendAsync(RawPeer.Message(PeerMessageId.HaveNone));
        await peer.SendAsync(RawPeer.Message(PeerMessageId.Interested));
        await UntilAsync(() => peer.Heard(PeerMessageId.Unchoke) > 0);
        using var read = new Gate("read", "a.bin");
        _disk.Fault = Holding(read);
        read.Close();
        await peer.SendAsync(RawPeer.Numbers(PeerMessageId.Request, 0, 0, PieceLength));
        await UntilAsync(() => read.Waiting > 0);
        await torrent.StopAsync(Cancel);
        read.Open();
        // The block goes on to the second file, and then nobody takes it.
        await UntilAsync(() => _engine.Services.Buffers.Outstanding == 0);
        Assert.Equal(0, _disk.OpenHandles);
    }

    private TorrentActor Actor => _engine.Services.Torrents.Single();

    private Task<Torrent> AddAsync(TorrentSource? source = null) => _engine.AddAsync(
        source ?? new TorrentSource.Parsed(_content.Metainfo), new TorrentOptions { Directory = Folder }, Cancel);

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static Func<string, string, Storage.StorageError?> Holding(Gate gate) => (operation, path) =>
    {
        gate.Pass(operation, path);
        return null;
    };

    /// <summary>Keeps an actor at one item from when it is made until it is ended.</summary>
    private sealed class LongItem : IDisposable
    {
        private readonly ManualResetEventSlim _begun = new();
        private readonly ManualResetEventSlim _go = new();
        private readonly Task _item;
        private Action _last = () => { };

        public LongItem(TorrentActor actor)
        {
            _item = Task.Run(() => actor.Look(() =>
            {
                _begun.Set();
                _go.Wait(Cancel);
                _last();
                return 0;
            }), Cancel);
            _begun.Wait(Cancel);
        }

        /// <summary>Ends it with something that the actor does in it.</summary>
        public Task EndAsync(Action last)
        {
            _last = last;
            _go.Set();
            return _item;
        }

        public void Dispose()
        {
            _go.Set();
            _begun.Dispose();
        }
    }
}
