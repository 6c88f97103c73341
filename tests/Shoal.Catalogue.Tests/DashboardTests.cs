using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Shoal.Clients;

namespace Shoal.Catalogue.Tests;

/// <summary>The page at /, as headless Chromium shows it.</summary>
public sealed class DashboardTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_browser_gets_the_page_and_curl_a_line_of_text()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        RunningTracker.Reply page = await tracker.SendAsync(HttpMethod.Get, "/", null, ("Accept", "text/html,*/*"));
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.StartsWith("<!DOCTYPE html>", page.Text, StringComparison.Ordinal);
        Assert.Contains("script-src 'sha256-", page.Headers, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-inline", page.Headers, StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", page.Text, StringComparison.Ordinal);
        Assert.StartsWith("A Shoal BitTorrent tracker", (await tracker.GetAsync("/")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_swarms_clients_and_errors_are_shown()
    {
        await using RunningTracker tracker = await FilledAsync();
        string page = await ShowAsync(tracker, "Copy magnet");
        Assert.Contains("holiday.mkv", page, StringComparison.Ordinal);
        Assert.Contains("<b id=\"seeders\">1</b>", page, StringComparison.Ordinal);
        Assert.Contains("<b id=\"leechers\">2</b>", page, StringComparison.Ordinal);
        Assert.Contains("libtorrent", page, StringComparison.Ordinal);
        Assert.Contains("malformed", page, StringComparison.Ordinal);
        Assert.Contains("health weak", page, StringComparison.Ordinal);
        Assert.Contains("id=\"state\" role=\"status\" class=\"\">up a moment", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_is_markup_stays_text()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        await tracker.PostAsync("/register", """
            {"file_name":"<img src=x onerror=document.title='owned'>&lt;b&gt;","file_hash":"h1","file_size":9,"port":1}
            """);
        string page = await ShowAsync(tracker, "h1");
        Assert.Contains("&lt;img src=x onerror=document.title='owned'&gt;&amp;lt;b&amp;gt;", page,
            StringComparison.Ordinal);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.Contains("<title>Shoal tracker</title>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_stats_count_what_happened()
    {
        await using RunningTracker tracker = await FilledAsync();
        RunningTracker.Reply stats = await tracker.GetAsync("/stats");
        Assert.Equal(3, stats["announces"].GetInt64());
        Assert.Equal(1, stats["refusals"].GetInt64());
        Assert.Equal("libtorrent", stats["clients"][0].GetProperty("name").GetString());
        Assert.Equal(2, stats["clients"][0].GetProperty("count").GetInt64());
        Assert.Equal("malformed", stats["errors"][0].GetProperty("name").GetString());
    }

    private static async Task<RunningTracker> FilledAsync()
    {
        RunningTracker tracker = await RunningTracker.StartAsync();
        await tracker.PostAsync("/register", """
            {"file_name":"holiday.mkv","file_hash":"h1","file_size":734003200,"port":1,"tags":["film"],
             "info_hash":"6161616161616161616161616161616161616161"}
            """);
        foreach ((string id, int port, int left) in ((string, int, int)[])
            [("-LT2000-", 1, 0), ("-LT2000-", 2, 5), ("-TR4060-", 3, 5)])
            await tracker.GetAsync(
                $"/announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id={id}bbbbbbbbbbbb&port={port}&left={left}");
        await tracker.GetAsync("/announce?info_hash=short");
        return tracker;
    }

    /// <summary>The page after its script ran: Chromium says how it stands once it has the text.</summary>
    private async Task<string> ShowAsync(
        RunningTracker tracker, string awaited, [CallerMemberName] string test = "")
    {
        ClientPackages.NeedBrowser();
        var start = new ProcessStartInfo("chromium",
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            $"--user-data-dir={_home.Folder(test)}", "--virtual-time-budget=4000", "--dump-dom", tracker.Url + "/",
        ])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string page = "";
        for (int tries = 0; tries < 3 && !page.Contains(awaited, StringComparison.Ordinal); tries++)
        {
            using Process chromium = Process.Start(start)!;
            Task<string> errors = chromium.StandardError.ReadToEndAsync(Token);
            page = await chromium.StandardOutput.ReadToEndAsync(Token);
            await errors;
            await chromium.WaitForExitAsync(Token);
        }
        Assert.Contains(awaited, page, StringComparison.Ordinal);
        return page;
    }
}
