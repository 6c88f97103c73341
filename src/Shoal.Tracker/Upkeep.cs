using Shoal.Tracker.Api;
using Shoal.Tracker.Http;
using Shoal.Tracker.Snapshots;

namespace Shoal.Tracker;

/// <summary>
/// What a tracker does beside answering: it drops silent peers, closes idle connections, looks whether keys, list and
/// certificate have changed, and writes snapshots. One timer drives it; a turn that takes longer than the timer's
/// period is not
/// overtaken by the next.
/// </summary>
internal sealed class Upkeep : IAsyncDisposable
{
    /// <summary>How often silent peers are looked for.</summary>
    private const int SweepsPerInterval = 15;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly AnnounceService _service;
    private readonly ConnectionRoster _roster;
    private readonly CatalogueHost? _catalogue;
    private readonly CertificateFiles? _certificate;
    private readonly SnapshotFile? _snapshot;
    private readonly TrackerLog _log;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private TimeSpan _sweptAt;
    private TimeSpan _savedAt;
    private bool _isOver;

    public Upkeep(AnnounceService service, ConnectionRoster roster, CatalogueHost? catalogue,
        CertificateFiles? certificate, SnapshotFile? snapshot, TrackerLog log)
    {
        (_service, _roster, _catalogue, _log) = (service, roster, catalogue, log);
        (_certificate, _snapshot) = (certificate, snapshot);
        _timer = service.Options.Time.CreateTimer(_ => Turn(), null, Period, Period);
    }

    /// <summary>Ends the upkeep with a last snapshot.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        lock (_gate)
        {
            if (_isOver) return;
            _isOver = true;
            _snapshot?.Save();
        }
    }

    private void Turn()
    {
        if (!_gate.TryEnter()) return;
        try
        {
            if (!_isOver) Work();
        }
        catch (Exception e)
        {
            _log.UpkeepFailed(e);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Work()
    {
        TimeSpan now = _service.Now;
        TrackerOptions options = _service.Options;
        _roster.CloseIdle();
        if (now - _sweptAt >= options.Interval / SweepsPerInterval)
        {
            _sweptAt = now;
            _service.Store.Sweep(now);
            _catalogue?.Expire();
        }
        if (options.Keys?.Refresh() is { } keys) _log.FileNotRead(keys);
        if ((options.Registry as TorrentListFile)?.Refresh() is { } list) _log.FileNotRead(list);
        if (_certificate?.Refresh() is { } certificate) _log.FileNotRead(certificate);
        if (_snapshot is null || now - _savedAt < options.SnapshotInterval) return;
        _savedAt = now;
        _snapshot.Save();
    }
}
