using System.Globalization;
using System.Text;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Metrics;

/// <summary>
/// Writes all figures in the text format of Prometheus
/// (<see href="https://prometheus.io/docs/instrumenting/exposition_formats/">version 0.0.4</see>).
/// </summary>
internal sealed class PrometheusText
{
    /// <summary>The media type of the format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private const double MicrosecondsPerSecond = 1e6;
    private const double NanosecondsPerSecond = 1e9;

    private readonly StringBuilder _text = new();

    /// <summary>The figures of a tracker as they are now.</summary>
    public static string Of(TrackerMetrics metrics, ISwarmStore store, int httpConnections, TimeSpan uptime)
    {
        var text = new PrometheusText();
        text.Requests(metrics);
        text.Store(store);
        text.Histogram("shoal_tracker_udp_seconds",
            "Time from reading a batch of datagrams to having sent the replies.", metrics.UdpLatency);
        text.Histogram("shoal_tracker_http_seconds",
            "Time from having received a request to having its answer written.", metrics.HttpLatency);
        text.Head("shoal_tracker_http_connections", "gauge", "Connections that announce and scrape.");
        text.Line("shoal_tracker_http_connections", "", httpConnections);
        text.Head("shoal_tracker_uptime_seconds", "gauge", "Time since the tracker started.");
        text.Line("shoal_tracker_uptime_seconds", "", uptime.TotalSeconds);
        return text._text.ToString();
    }

    private void Requests(TrackerMetrics metrics)
    {
        Head("shoal_tracker_answers_total", "counter", "Requests that got what they asked for.");
        foreach (Door door in Enum.GetValues<Door>())
            foreach (RequestKind kind in Enum.GetValues<RequestKind>())
                if (metrics.AnswersOf(door, kind) is > 0 and var count)
                    Line("shoal_tracker_answers_total", LabelsOf(door) + "," + Label("action", LabelOf(kind)),
                        count);
        Head("shoal_tracker_refusals_total", "counter", "Requests that did not, by reason.");
        foreach (Door door in Enum.GetValues<Door>())
            foreach (RefusalReason reason in Enum.GetValues<RefusalReason>())
                if (metrics.RefusalsOf(door, reason) is > 0 and var count)
                    Line("shoal_tracker_refusals_total",
                        LabelsOf(door) + "," + Label("reason", RefusalText.LabelOf(reason)), count);
        Head("shoal_tracker_udp_dropped_total", "counter", "Datagrams that got no reply.");
        Line("shoal_tracker_udp_dropped_total", "", metrics.Dropped.Value);
        Head("shoal_tracker_udp_send_failures_total", "counter", "Replies that the system did not take.");
        Line("shoal_tracker_udp_send_failures_total", "", metrics.SendFailures.Value);
    }

    private void Store(ISwarmStore store)
    {
        StoreTotals totals = store.Totals;
        Head("shoal_tracker_swarms", "gauge", "Torrents with peers or a download count.");
        Line("shoal_tracker_swarms", "", store.Swarms);
        Head("shoal_tracker_peers", "gauge", "Peers, each once, also with two address families.");
        Line("shoal_tracker_peers", "role=\"seeder\"", totals.Complete);
        Line("shoal_tracker_peers", "role=\"leecher\"", totals.Incomplete);
        Head("shoal_tracker_peer_addresses", "gauge", "Addresses of peers by family.");
        Line("shoal_tracker_peer_addresses", "family=\"ipv4\"", totals.Rows4);
        Line("shoal_tracker_peer_addresses", "family=\"ipv6\"", totals.Rows6);
    }

    private void Histogram(string name, string help, LatencyHistogram histogram)
    {
        Head(name, "histogram", help);
        long sum = 0;
        for (int cell = 0; cell < LatencyHistogram.Cells - 1; cell++)
        {
            sum += histogram.CountOf(cell);
            string bound = ((1 << cell) / MicrosecondsPerSecond).ToString("R", CultureInfo.InvariantCulture);
            Line(name + "_bucket", Label("le", bound), sum);
        }
        sum += histogram.CountOf(LatencyHistogram.Cells - 1);
        Line(name + "_bucket", "le=\"+Inf\"", sum);
        Line(name + "_sum", "", histogram.SumNanoseconds / NanosecondsPerSecond);
        Line(name + "_count", "", sum);
    }

    private void Head(string name, string type, string help) =>
        _text.Append("# HELP ").Append(name).Append(' ').Append(help).Append("\n# TYPE ").Append(name).Append(' ')
            .Append(type).Append('\n');

    private void Line(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0) _text.Append('{').Append(labels).Append('}');
        _text.Append(CultureInfo.InvariantCulture, $" {value:R}\n");
    }

    private static string Label(string name, string value) => name + "=\"" + value + '"';

    private static string LabelsOf(Door door) => door switch
    {
        Door.Http4 => "protocol=\"http\",family=\"ipv4\"",
        Door.Http6 => "protocol=\"http\",family=\"ipv6\"",
        Door.Https4 => "protocol=\"https\",family=\"ipv4\"",
        Door.Https6 => "protocol=\"https\",family=\"ipv6\"",
        Door.Udp4 => "protocol=\"udp\",family=\"ipv4\"",
        _ => "protocol=\"udp\",family=\"ipv6\"",
    };

    private static string LabelOf(RequestKind kind) => kind switch
    {
        RequestKind.Connect => "connect",
        RequestKind.Announce => "announce",
        RequestKind.Scrape => "scrape",
        _ => "other",
    };
}
