using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Shoal.Clients;

/// <summary><c>shoal tracker</c> on loopback, asked by scrapes who is there.</summary>
public sealed partial class ShoalTracker : ITestTracker
{
    private readonly TemporaryFolder _home = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly ClientProcess _process;
    private readonly string _scheme;
    private int _port;

    private ShoalTracker(string scheme)
    {
        _scheme = scheme;
        _process = ClientProcess.Start(_home.Path,
            [Checkout.Program, "tracker", "--bind", "127.0.0.1", "--port", "0", "--json-lines"]);
    }

    public string Url => $"{_scheme}://127.0.0.1:{_port}/announce";

    /// <summary>Starts it and waits until it answers.</summary>
    /// <param name="cancel">The deadline.</param>
    /// <param name="scheme">How clients are to ask it: <c>http</c> or <c>udp</c>.</param>
    public static async Task<ShoalTracker> StartAsync(CancellationToken cancel, string scheme = "http")
    {
        var tracker = new ShoalTracker(scheme);
        string started = await tracker._process.LineAsync(
            l => l.Contains("\"tracker_started\"", StringComparison.Ordinal), cancel);
        using JsonDocument json = JsonDocument.Parse(started);
        tracker._port = json.RootElement.GetProperty("port").GetInt32();
        return tracker;
    }

    public Task PeersAsync(TestTorrent torrent, int seeders, int others, CancellationToken cancel) =>
        Eventually.HoldsAsync(
            async () =>
            {
                (int complete, int incomplete) = await ScrapeAsync(torrent, cancel);
                return complete >= seeders && incomplete >= others;
            },
            cancel,
            $"{seeders} seeders and {others} others at shoal's tracker");

    /// <summary>Waits until so many requests of a kind were answered.</summary>
    /// <param name="protocol"><c>http</c> or <c>udp</c>.</param>
    /// <param name="action"><c>announce</c> or <c>scrape</c>.</param>
    /// <param name="atLeast">How many.</param>
    /// <param name="cancel">The deadline.</param>
    public Task AnsweredAsync(string protocol, string action, int atLeast, CancellationToken cancel) =>
        Eventually.HoldsAsync(
            async () =>
            {
                string figures = await _http.GetStringAsync(new Uri($"http://127.0.0.1:{_port}/metrics"), cancel);
                string name = "shoal_tracker_answers_total{protocol=\"" + protocol + "\",family=\"ipv4\",action=\""
                    + action + "\"} ";
                string? line = figures.Split('\n').FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal));
                return line is not null && int.Parse(line[name.Length..], CultureInfo.InvariantCulture) >= atLeast;
            },
            cancel,
            $"{atLeast} answers to {action} over {protocol}");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
        _home.Dispose();
    }

    /// <summary>Announces a seed at a port that nobody answers on.</summary>
    public async Task AnnounceSeedAsync(TestTorrent torrent, CancellationToken cancel) =>
        await _http.GetByteArrayAsync(new Uri($"http://127.0.0.1:{_port}/announce?info_hash={Escaped(torrent)}"
            + "&peer_id=-XX0000-aaaaaaaaaaaa&port=1&left=0"), cancel);

    private static string Escaped(TestTorrent torrent) =>
        string.Concat(Convert.FromHexString(torrent.AnnouncedHash).Select(b => $"%{b:x2}"));

    private async Task<(int Complete, int Incomplete)> ScrapeAsync(TestTorrent torrent, CancellationToken cancel)
    {
        var url = new Uri($"http://127.0.0.1:{_port}/scrape?info_hash={Escaped(torrent)}");
        string answer = Encoding.Latin1.GetString(await _http.GetByteArrayAsync(url, cancel));
        return (Count(CompletePattern().Match(answer)), Count(IncompletePattern().Match(answer)));
    }

    private static int Count(Match match) =>
        match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("8:completei([0-9]+)e")]
    private static partial Regex CompletePattern();

    [GeneratedRegex("10:incompletei([0-9]+)e")]
    private static partial Regex IncompletePattern();
}
