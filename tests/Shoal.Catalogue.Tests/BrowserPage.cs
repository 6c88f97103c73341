using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shoal.Clients;

namespace Shoal.Catalogue.Tests;

/// <summary>
/// A page in headless Chromium, driven over its debugging protocol: what it holds can be asked, and what went wrong in
/// it is kept.
/// </summary>
internal sealed class BrowserPage : IAsyncDisposable
{
    private const string Greeting = "DevTools listening on ";

    private readonly Process _chromium;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _waiting = new();
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly CancellationTokenSource _end = new();
    private Task _receiving = Task.CompletedTask;
    private int _last;

    private BrowserPage(Process chromium) => _chromium = chromium;

    /// <summary>Exceptions, refusals by the content policy, and what the page logged as an error.</summary>
    public IReadOnlyList<string> Errors => [.. _errors];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Opens an address in a window of a size, which is a phone's when it is narrow.</summary>
    public static async Task<BrowserPage> OpenAsync(
        TemporaryFolder home, string url, int width = 1280, int height = 900, bool isDark = false)
    {
        ClientPackages.NeedBrowser();
        var start = new ProcessStartInfo("chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--no-proxy-server", $"--user-data-dir={home.Folder($"chromium-{Guid.NewGuid():n}")}",
            "--remote-debugging-port=0", "about:blank",
        ])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var page = new BrowserPage(Process.Start(start)!);
        try
        {
            await page.ConnectAsync();
            await page.CallAsync("Runtime.enable");
            await page.CallAsync("Log.enable");
            await page.CallAsync("Emulation.setDeviceMetricsOverride", new JsonObject
            {
                ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 500,
            });
            await page.CallAsync("Emulation.setEmulatedMedia", new JsonObject
            {
                ["features"] = new JsonArray(new JsonObject
                {
                    ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light",
                }),
            });
            await page.CallAsync("Page.navigate", new JsonObject { ["url"] = url });
            return page;
        }
        catch
        {
            await page.DisposeAsync();
            throw;
        }
    }

    /// <summary>What an expression is in the page; empty while the page is on its way to another address.</summary>
    public async Task<string> AskAsync(string expression)
    {
        JsonNode answer = await CallAsync("Runtime.evaluate", new JsonObject
        {
            ["expression"] = $"String({expression})", ["awaitPromise"] = true, ["returnByValue"] = true,
        });
        Assert.True(answer["exceptionDetails"] is null, $"{expression}: {answer}");
        return (string?)answer["result"]?["value"] ?? "";
    }

    /// <summary>Waits until an expression holds in the page.</summary>
    public async Task WaitAsync(string expression)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(TimeSpan.FromMinutes(2));
        string text = "";
        await Eventually.HoldsAsync(
            async () =>
            {
                text = await AskAsync("document.body && document.body.innerText");
                // Between two pages there is none of what an expression asks for.
                string safely = $"(() => {{ try {{ return Boolean({expression}); }} catch {{ return false; }} }})()";
                return await AskAsync(safely) == "true";
            },
            deadline.Token,
            $"{expression}; the page says {text} {string.Join(' ', Errors)}");
    }

    /// <summary>Types into a field.</summary>
    public Task TypeAsync(string id, string text) => AskAsync(
        $"(e => {{ e.value = {JsonSerializer.Serialize(text)}; e.dispatchEvent(new Event('input'));"
            + $" e.dispatchEvent(new Event('change')); }})(document.getElementById('{id}'))");

    /// <summary>Writes a picture of the page, for people.</summary>
    public async Task DrawAsync(string path)
    {
        JsonNode picture = await CallAsync("Page.captureScreenshot");
        await File.WriteAllBytesAsync(path, Convert.FromBase64String((string)picture["data"]!), Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _receiving;
        _socket.Dispose();
        if (!_chromium.HasExited) _chromium.Kill(entireProcessTree: true);
        await _chromium.WaitForExitAsync();
        _chromium.Dispose();
        _end.Dispose();
    }

    private async Task ConnectAsync()
    {
        string? line;
        do line = await _chromium.StandardError.ReadLineAsync(Token);
        while (line is not null && !line.StartsWith(Greeting, StringComparison.Ordinal));
        Assert.NotNull(line);
        // Whoever does not read what it says may stop it.
        _ = _chromium.StandardError.ReadToEndAsync(_end.Token);
        _ = _chromium.StandardOutput.ReadToEndAsync(_end.Token);
        var browser = new Uri(line[Greeting.Length..]);
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        JsonNode? tab = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                string list = await http.GetStringAsync($"http://{browser.Authority}/json/list", Token);
                tab = JsonNode.Parse(list)!.AsArray().FirstOrDefault(t => (string?)t!["type"] == "page");
                return tab is not null;
            },
            Token,
            "a page of the browser");
        await _socket.ConnectAsync(new Uri((string)tab!["webSocketDebuggerUrl"]!), Token);
        _receiving = ReceiveAsync();
    }

    private async Task<JsonNode> CallAsync(string method, JsonObject? parameters = null)
    {
        int id = Interlocked.Increment(ref _last);
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        await _socket.SendAsync(
            Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, endOfMessage: true, Token);
        return await answer.Task.WaitAsync(Token);
    }

    private async Task ReceiveAsync()
    {
        try
        {
            byte[] buffer = new byte[1 << 16];
            using var message = new MemoryStream();
            while (true)
            {
                WebSocketReceiveResult read = await _socket.ReceiveAsync(buffer, _end.Token);
                message.Write(buffer, 0, read.Count);
                if (!read.EndOfMessage) continue;
                Take(JsonNode.Parse(message.ToArray())!);
                message.SetLength(0);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // The end of the test.
            foreach (TaskCompletionSource<JsonNode> waiting in _waiting.Values) waiting.TrySetCanceled();
        }
    }

    private void Take(JsonNode message)
    {
        if ((int?)message["id"] is { } id && _waiting.TryRemove(id, out TaskCompletionSource<JsonNode>? waiting))
            waiting.SetResult(message["result"] ?? message);
        JsonNode? parameters = message["params"];
        bool isFault = (string?)message["method"] switch
        {
            "Runtime.exceptionThrown" => true,
            "Runtime.consoleAPICalled" => (string?)parameters!["type"] is "error" or "warning" or "assert",
            "Log.entryAdded" => (string?)parameters!["entry"]!["level"] == "error",
            _ => false,
        };
        if (isFault) _errors.Enqueue(parameters!.ToJsonString());
    }
}
