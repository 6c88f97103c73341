using System.Net;
using System.Threading.Channels;
using Shoal.Cli.Running;
using Shoal.Engine;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Tests.Running;

/// <summary>A torrent that is in whatever state a test puts it.</summary>
internal sealed class FakeTransfer : ITransfer
{
    private readonly TaskCompletionSource _completion = new();

    public Channel<TorrentEvent> Happening { get; } = Channel.CreateUnbounded<TorrentEvent>();

    public TorrentSnapshot State { get; set; } = Fresh(TorrentState.FetchingMetadata);

    public TorrentHashes Hashes => SampleTorrents.Hashes;

    public Metainfo? Metainfo { get; set; }

    public string? ContentPath { get; set; }

    public Task Completion => _completion.Task;

    public static TorrentSnapshot Fresh(TorrentState state, long completed = 0, long wanted = 1000) => new()
    {
        State = state,
        Name = "sample",
        TotalBytes = wanted,
        WantedBytes = wanted,
        CompletedBytes = completed,
        PieceCount = 10,
        CompletedPieces = 0,
        CheckedFraction = 0,
        DownloadedBytes = completed,
        UploadedBytes = 0,
        WastedBytes = 0,
        DownloadRate = 0,
        UploadRate = 0,
        Peers = 0,
        Seeds = 0,
        TimeLeft = null,
        Elapsed = TimeSpan.Zero,
    };

    public TorrentSnapshot Snapshot() => State;

    public IReadOnlyList<PeerSnapshot> Peers() =>
    [
        new PeerSnapshot
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 6881),
            IsIncoming = false,
            Client = "Sample 1.0",
            Pieces = 3,
            DownloadedBytes = 5,
            UploadedBytes = 6,
            DownloadRate = 7.4,
            UploadRate = 8,
            UnchokedUs = true,
            UnchokedByUs = false,
        },
    ];

    public IAsyncEnumerable<TorrentEvent> EventsAsync(CancellationToken cancellationToken) =>
        Happening.Reader.ReadAllAsync(cancellationToken);

    public void Complete()
    {
        State = State with { State = TorrentState.Seeding, CompletedBytes = State.WantedBytes };
        _completion.SetResult();
    }

    public void Fail(TorrentException error)
    {
        State = State with { State = TorrentState.Failed, Error = error.Message };
        _completion.SetException(error);
    }
}
