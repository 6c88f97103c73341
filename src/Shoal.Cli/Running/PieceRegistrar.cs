using Shoal.Cli.Json;
using Shoal.Engine;
using Shoal.Protocol;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Running;

/// <summary>
/// Makes a download a source in a catalogue, piece by piece as it completes them, and takes it back at the end.
/// </summary>
internal sealed class PieceRegistrar : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan GoodbyeLimit = TimeSpan.FromSeconds(2);
    private const int TtlSeconds = 1800;

    private readonly CommandContext _context;
    private readonly CatalogueAccount _account;
    private readonly FileEntry _file;
    private readonly Lock _gate = new();
    private readonly HashSet<int> _held = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _following;
    private readonly Task _telling;
    private ChunkSet _told = ChunkSet.Empty;
    private bool _isRegistered;

    /// <summary>Begins to follow a torrent of one file.</summary>
    /// <param name="context">The command.</param>
    /// <param name="account">Where to register; its client stays the caller's.</param>
    /// <param name="file">The file as the catalogue has it.</param>
    /// <param name="torrent">The torrent that is downloaded.</param>
    /// <param name="info">What it holds.</param>
    public PieceRegistrar(
        CommandContext context, CatalogueAccount account, FileEntry file, Torrent torrent, TorrentInfo info)
    {
        _context = context;
        _account = account;
        _file = file;
        _following = FollowAsync(torrent);
        _telling = TellAsync(torrent, info.Geometry);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        await _telling;
        _stop.Dispose();
        if (!_isRegistered) return;
        try
        {
            using CancellationTokenSource limit = new(GoodbyeLimit);
            await _account.Client.LeaveAsync(
                new LeaveRequest { Ip = _account.Ip, Port = _account.Port, FileHash = _file.FileHash }, limit.Token);
        }
        catch (Exception error) when (error is TorrentException or OperationCanceledException)
        {
            // The catalogue forgets us by itself.
        }
    }

    /// <summary>The chunks that lie wholly in some pieces.</summary>
    public static ChunkSet ChunksIn(IEnumerable<int> pieces, PieceGeometry geometry, ChunkGeometry chunks)
    {
        List<(int, int)> ranges = [];
        long begin = -1;
        long end = -1;
        foreach (int number in pieces.Order())
        {
            PieceIndex piece = geometry.Piece(number);
            if (geometry.Offset(piece) != end)
            {
                Add();
                begin = geometry.Offset(piece);
            }
            end = geometry.Offset(piece) + geometry.Length(piece);
        }
        Add();
        return ChunkSet.Of(ranges) ?? ChunkSet.Empty;

        void Add()
        {
            if (begin < 0) return;
            int first = (int)((begin + chunks.ChunkSize - 1) / chunks.ChunkSize);
            int last = end >= chunks.FileSize ? chunks.Count : (int)(end / chunks.ChunkSize);
            if (last > first) ranges.Add((first, last));
        }
    }

    private async Task FollowAsync(Torrent torrent)
    {
        try
        {
            await foreach (TorrentEvent happened in torrent.EventsAsync(_stop.Token))
                if (happened is PieceCompleted piece)
                    lock (_gate) _held.Add(piece.Piece);
        }
        catch (OperationCanceledException)
        {
            // The command ends.
        }
    }

    private async Task TellAsync(Torrent torrent, PieceGeometry geometry)
    {
        ChunkGeometry chunks = new(_file.FileSize, _file.ChunkSize);
        using PeriodicTimer timer = new(Interval, _context.Host.Time);
        try
        {
            if (!await _account.HasCatalogueAsync(_stop.Token)) return;
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                int[] held;
                lock (_gate) held = [.. _held];
                ChunkSet now = torrent.Snapshot().State == TorrentState.Seeding
                    ? ChunkSet.Whole(chunks.Count) : ChunksIn(held, geometry, chunks);
                if (now.Equals(_told) || now.Count == 0) continue;
                await _account.Client.AddChunksAsync(
                    new ChunkRequest
                    {
                        FileHash = _file.FileHash, Chunks = now, Ip = _account.Ip, Port = _account.Port,
                        TtlSeconds = TtlSeconds,
                    },
                    _stop.Token);
                _told = now;
                _isRegistered = true;
                _context.Output.Event(new RegisteredEvent(
                    _account.Client.Address.ToString(), _file.FileName, _file.FileHash, now.ToString()));
            }
        }
        catch (TorrentException error)
        {
            // The download goes on; the others only do not learn of us here.
            _context.Output.Event(new TrackerAnsweredEvent(
                _file.FileHash, _account.Client.Address.ToString(), 0, error.Message));
        }
        catch (OperationCanceledException)
        {
            // The command ends.
        }
    }
}
