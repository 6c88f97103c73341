using System.Net;
using System.Text.RegularExpressions;
using Shoal.Discovery;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Metrics;

namespace Shoal.Tracker.Tests;

/// <summary>What those see who watch a tracker.</summary>
public sealed partial class WatchTests
{
    private const string Query = "?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&left=";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_figures_tell_answers_refusals_swarms_and_times()
    {
        await using TrackerServer server =
            await TrackerServer.StartAsync(new TrackerOptions { Bind = IPAddress.Loopback }, Token);
        await Exchange.GetAsync(server.Port, $"/announce{Query}0&port=1", Token);
        await Exchange.GetAsync(server.Port, $"/announce{Query}5&port=2", Token);
        await Exchange.GetAsync(server.Port, "/announce", Token);
        AnnounceOutcome udp = await new UdpTrackerClient(new TrackerClientOptions()).AnnounceAsync(
            new TrackerSource(new Uri($"udp://127.0.0.1:{server.Port}/announce"), AddressOrigin.User),
            new AnnounceRequest { InfoHash = default, PeerId = default, Port = 3, Left = 1 }, Token);
        Assert.Null(udp.Error);
        string answer = await Exchange.RawAsync(
            server.Port, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", Token);
        Assert.Contains("Content-Type: text/plain; version=0.0.4", answer, StringComparison.Ordinal);
        foreach (string line in (string[])
        [
            "shoal_tracker_answers_total{protocol=\"http\",family=\"ipv4\",action=\"announce\"} 2",
            "shoal_tracker_answers_total{protocol=\"udp\",family=\"ipv4\",action=\"connect\"} 1",
            "shoal_tracker_answers_total{protocol=\"udp\",family=\"ipv4\",action=\"announce\"} 1",
            "shoal_tracker_refusals_total{protocol=\"http\",family=\"ipv4\",reason=\"malformed\"} 1",
            "shoal_tracker_swarms 2", "shoal_tracker_peers{role=\"seeder\"} 1",
            "shoal_tracker_peers{role=\"leecher\"} 2", "shoal_tracker_peer_addresses{family=\"ipv4\"} 3",
            "shoal_tracker_http_seconds_count 3",
        ])
            Assert.Contains(line + "\n", answer, StringComparison.Ordinal);
        Assert.Matches("shoal_tracker_udp_seconds_bucket\\{le=\"\\+Inf\"\\} [12]\n", answer);
    }

    [Fact]
    public async Task Every_line_of_the_figures_is_in_the_format_and_no_figure_comes_twice()
    {
        await using TrackerServer server =
            await TrackerServer.StartAsync(new TrackerOptions { Bind = IPAddress.Loopback }, Token);
        await Exchange.GetAsync(server.Port, $"/announce{Query}0&port=1", Token);
        string[] lines = (await Exchange.GetAsync(server.Port, "/metrics", Token)).TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.Matches(FigureLine(), line));
        string[] names = [.. lines.Where(l => l[0] != '#').Select(l => l[..l.LastIndexOf(' ')])];
        Assert.Equal(names.Length, names.Distinct().Count());
    }

    [Fact]
    public async Task The_sign_of_life_and_the_figures_can_be_left_out()
    {
        await using TrackerServer server =
            await TrackerServer.StartAsync(new TrackerOptions { Bind = IPAddress.Loopback }, Token);
        Assert.Equal("ok\n", await Exchange.GetAsync(server.Port, "/healthz", Token));
        await using TrackerServer silent = await TrackerServer.StartAsync(
            new TrackerOptions { Bind = IPAddress.Loopback, Metrics = MetricsAudience.Nobody, Catalogue = null },
            Token);
        foreach (string page in (string[])["/healthz", "/metrics"])
            Assert.StartsWith("HTTP/1.1 404", await Exchange.RawAsync(
                silent.Port, $"GET {page} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", Token),
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MetricsAudience.Neighbours, "10.0.0.1", "200")]
    [InlineData(MetricsAudience.Neighbours, "8.8.8.8", "404")]
    [InlineData(MetricsAudience.Everybody, "8.8.8.8", "200")]
    public async Task Strangers_get_the_figures_only_when_they_are_for_everybody(
        MetricsAudience audience, string client, string status)
    {
        await using TrackerServer server = await TrackerServer.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, Metrics = audience, ProxyHeader = "X-Real-IP", Catalogue = null,
        }, Token);
        string answer = await Exchange.RawAsync(server.Port,
            $"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Real-IP: {client}\r\nConnection: close\r\n\r\n", Token);
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.Contains("ok\n", await Exchange.GetAsync(server.Port, "/healthz", Token), StringComparison.Ordinal);
    }

    [Fact]
    public void Times_fall_into_the_cell_whose_bound_is_the_next_power_of_two()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(TimeSpan.Zero);
        histogram.Add(TimeSpan.FromMicroseconds(1));
        histogram.Add(TimeSpan.FromMicroseconds(3), 5);
        histogram.Add(TimeSpan.FromMinutes(1));
        Assert.Equal((1, 1, 5, 1), (histogram.CountOf(0), histogram.CountOf(1), histogram.CountOf(2),
            histogram.CountOf(LatencyHistogram.Cells - 1)));
        Assert.Equal(60_000_016_000, histogram.SumNanoseconds);
    }

    [Fact]
    public async Task A_counter_counts_what_many_threads_count()
    {
        var counter = new Counter();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (int i = 0; i < 1000; i++) counter.Add(3);
        }, Token)));
        Assert.Equal(24_000, counter.Value);
    }

    [GeneratedRegex(
        """^(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.eE+-]+)$""")]
    private static partial Regex FigureLine();
}
