using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

/// <summary>A tracker with a catalogue, run as its users do, and what tests ask it.</summary>
internal sealed class CatalogueTracker : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly ClientProcess _process;

    private CatalogueTracker(ClientProcess process, string url) => (_process, Url) = (process, url);

    /// <summary>Its announce URL.</summary>
    public string Url { get; }

    /// <summary>The tracker's process.</summary>
    public ClientProcess Process => _process;

    /// <summary>Starts one on loopback that keeps what it knows in the home.</summary>
    public static Task<CatalogueTracker> StartAsync(TemporaryFolder home, params string[] options) =>
        StartAsync(home, null, ["--bind", "127.0.0.1", "--data", home.File("tracker"), .. options]);

    /// <summary>Starts one with all that is said.</summary>
    public static async Task<CatalogueTracker> StartAsync(
        TemporaryFolder home, IReadOnlyDictionary<string, string>? environment, string[] options)
    {
        ClientProcess process = ClientProcess.Start(
            home.Path, [Checkout.Program, "tracker", "--port", "0", .. options], environment);
        string url = await process.LineAsync(
            l => l.StartsWith("http://", StringComparison.Ordinal), ProgramRun.Deadline());
        return new CatalogueTracker(process, url);
    }

    /// <summary>What it answers; null when it has been asked too often and wants a pause.</summary>
    public async Task<JsonElement?> TryAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(new Uri(Url), path)) { Content = content };
        using HttpResponseMessage reply = await _http.SendAsync(request, ProgramRun.Deadline());
        if (reply.StatusCode == HttpStatusCode.TooManyRequests) return null;
        using JsonDocument document = JsonDocument.Parse(
            await reply.Content.ReadAsStringAsync(ProgramRun.Deadline()));
        return document.RootElement.Clone();
    }

    /// <summary>Asks for a path until the answer is as it should be, and gives that.</summary>
    public async Task<JsonElement> WaitAsync(string path, Func<JsonElement, bool> holds)
    {
        JsonElement last = default;
        await Eventually.HoldsAsync(
            async () =>
            {
                if (await TryAsync(HttpMethod.Get, path) is not { } answer) return false;
                last = answer;
                return holds(answer);
            },
            ProgramRun.Deadline(),
            $"{path}, which says {last}");
        return last;
    }

    /// <summary>What a path answers.</summary>
    public Task<JsonElement> GetAsync(string path) => WaitAsync(path, _ => true);

    /// <summary>Waits until somebody shares a file of a name.</summary>
    public Task<JsonElement> SharedAsync(string name, int sources = 1) => WaitAsync(
        $"/lookup?file_name={Uri.EscapeDataString(name)}",
        f => f.TryGetProperty("peers_count", out JsonElement count) && count.GetInt32() >= sources);

    /// <summary>Sends an object, as the first clients of the catalogue do.</summary>
    public async Task<JsonElement> PostAsync(string path, object body) =>
        await TryAsync(HttpMethod.Post, path, JsonContent.Create(body))
            ?? throw new InvalidOperationException("The tracker wants a pause.");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _process.DisposeAsync();
    }
}
