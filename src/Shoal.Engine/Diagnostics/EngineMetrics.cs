using System.Diagnostics.Metrics;
using Shoal.Swarm;

namespace Shoal.Engine.Diagnostics;

/// <summary>
/// The meter <c>Shoal.Engine</c>. Counters on the data path are plain numbers that the instruments read when somebody
/// looks, so that counting costs nothing while nobody does.
/// </summary>
internal sealed class EngineMetrics : IDisposable
{
    private readonly Meter _meter = new("Shoal.Engine", "1.0");
    private readonly Counter<long> _disconnects;
    private long _downloaded;
    private long _uploaded;

    public EngineMetrics(Func<int> connections, Func<long> inFlightBytes, Func<int> torrents)
    {
        _meter.CreateObservableCounter(
            "shoal.engine.downloaded", () => Volatile.Read(ref _downloaded), "By", "Block bytes received from peers.");
        _meter.CreateObservableCounter(
            "shoal.engine.uploaded", () => Volatile.Read(ref _uploaded), "By", "Block bytes sent to peers.");
        _meter.CreateObservableUpDownCounter(
            "shoal.engine.connections", connections, "{connection}", "Connected peers of all torrents.");
        _meter.CreateObservableUpDownCounter(
            "shoal.engine.in_flight", inFlightBytes, "By", "Bytes requested from peers or waiting for the disk.");
        _meter.CreateObservableUpDownCounter("shoal.engine.torrents", torrents, "{torrent}", "Torrents in the engine.");
        _disconnects = _meter.CreateCounter<long>(
            "shoal.engine.disconnects", "{connection}", "Connections that ended or failed, by reason.");
    }

    public void Downloaded(int bytes) => Interlocked.Add(ref _downloaded, bytes);

    public void Uploaded(int bytes) => Interlocked.Add(ref _uploaded, bytes);

    public void Disconnected(DisconnectReason reason)
    {
        if (_disconnects.Enabled) _disconnects.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
    }

    public void Dispose() => _meter.Dispose();
}
