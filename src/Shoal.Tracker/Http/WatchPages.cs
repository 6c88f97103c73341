using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Shoal.Protocol.Addresses;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Http;

/// <summary>
/// What is for whoever watches the tracker: figures for Prometheus, a sign of life, and a line of text.
/// </summary>
internal sealed class WatchPages(AnnounceService service, ConnectionRoster roster)
{
    /// <summary>True for a path that nobody else answers.</summary>
    public static bool Has(string target) => target is "/metrics" or "/healthz";

    /// <summary>Writes a page; false when the path is none of ours.</summary>
    /// <param name="path">The path of the request.</param>
    /// <param name="from">Whose request it is.</param>
    /// <param name="response">Where headers go.</param>
    /// <param name="body">Where the page goes.</param>
    public bool TryWrite(
        ReadOnlySpan<byte> path, HostAddress from, IHttpResponseFeature response, IBufferWriter<byte> body)
    {
        string? text = null;
        if (path.SequenceEqual("/"u8)) text = Describe();
        else if (service.Options.Metrics == MetricsAudience.Nobody) return false;
        else if (path.SequenceEqual("/healthz"u8)) text = "ok\n";
        else if (path.SequenceEqual("/metrics"u8) && IsFor(from))
            text = PrometheusText.Of(service.Metrics, service.Store, roster.Count, service.Now);
        if (text is null) return false;
        if (path.SequenceEqual("/metrics"u8)) response.Headers.ContentType = PrometheusText.ContentType;
        body.Write(Encoding.UTF8.GetBytes(text));
        return true;
    }

    private bool IsFor(HostAddress from) =>
        service.Options.Metrics == MetricsAudience.Everybody || from.Scope != AddressScope.Global;

    /// <summary>One line for people who open the tracker in a browser.</summary>
    private string Describe() => string.Create(CultureInfo.InvariantCulture,
        $"A Shoal BitTorrent tracker with {service.Store.Swarms} torrents and {service.Store.Totals.Peers} peers.\n");
}
