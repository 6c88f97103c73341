using System.Net;
using System.Text;
using System.Text.Json;
using Shoal.Tracker;
using Shoal.Tracker.Catalogue;

namespace Shoal.Catalogue.Tests;

/// <summary>A tracker on loopback, spoken to over HTTP.</summary>
internal sealed class RunningTracker : IAsyncDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    private RunningTracker(TrackerServer server) => Server = server;

    public TrackerServer Server { get; }

    public HttpClient Http => _http;

    public string Url => $"http://127.0.0.1:{Server.Port}";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static Task<RunningTracker> StartAsync(string? folder = null, CatalogueOptions? catalogue = null) =>
        StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback,
            DataFolder = folder,
            Catalogue = catalogue ?? new CatalogueOptions { RequestBurst = 10_000 },
        });

    public static async Task<RunningTracker> StartAsync(TrackerOptions options) =>
        new(await TrackerServer.StartAsync(options, Token));

    public Task<Reply> GetAsync(string target) => SendAsync(HttpMethod.Get, target, null);

    public Task<Reply> PostAsync(string target, string json) =>
        SendAsync(HttpMethod.Post, target, new StringContent(json, Encoding.UTF8, "application/json"));

    public async Task<Reply> SendAsync(
        HttpMethod method, string target, HttpContent? content, params (string, string)[] headers)
    {
        using var request = new HttpRequestMessage(method, Url + target) { Content = content };
        foreach ((string name, string value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        using HttpResponseMessage response = await _http.SendAsync(request, Token);
        byte[] body = await response.Content.ReadAsByteArrayAsync(Token);
        return new Reply(response.StatusCode, body, response.Headers.ToString() + response.Content.Headers);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await Server.DisposeAsync();
    }

    /// <summary>A reply, whose body is mostly JSON.</summary>
    internal sealed record Reply(HttpStatusCode Status, byte[] Body, string Headers)
    {
        public string Text => Encoding.UTF8.GetString(Body);

        public JsonElement Json
        {
            get
            {
                using JsonDocument document = JsonDocument.Parse(Body);
                return document.RootElement.Clone();
            }
        }

        public string Error => Json.GetProperty("error").GetString()!;

        public JsonElement this[string name] => Json.GetProperty(name);
    }
}
