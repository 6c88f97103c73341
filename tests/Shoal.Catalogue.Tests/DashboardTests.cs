using System.Net;
using Shoal.Clients;

namespace Shoal.Catalogue.Tests;

/// <summary>The page at /, as headless Chromium shows it.</summary>
public sealed class DashboardTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

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

    [Theory]
    [InlineData(1280, false)]
    [InlineData(1280, true)]
    [InlineData(390, false)]
    [InlineData(320, true)]
    public async Task Files_swarms_clients_and_errors_are_shown_on_any_screen(int width, bool isDark)
    {
        await using RunningTracker tracker = await FilledAsync();
        await using BrowserPage page = await BrowserPage.OpenAsync(_home, tracker.Url + "/", width, isDark: isDark);
        await page.WaitAsync("document.getElementById('rows').children.length === 2");
        string text = await page.AskAsync("document.body.innerText");
        foreach (string shown in (string[])["holiday.mkv", "700 MiB", "film", "weak", "libtorrent", "malformed",
            "up a moment", "Copy magnet"])
            Assert.Contains(shown, text, StringComparison.Ordinal);
        Assert.Equal("1 2", await page.AskAsync(
            "document.getElementById('seeders').textContent + ' ' + document.getElementById('leechers').textContent"));
        Assert.Equal("", await page.AskAsync(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 0.5)"
                + ".map(e => e.tagName + '.' + e.className + ' ' + e.textContent)"));
        Assert.Equal(isDark ? "rgb(16, 22, 28)" : "rgb(244, 246, 248)",
            await page.AskAsync("getComputedStyle(document.body).backgroundColor"));
        Assert.Empty(page.Errors);
    }

    [Theory]
    [InlineData(1280, false)]
    [InlineData(360, true)]
    public async Task Torrents_that_are_merely_announced_are_shown_by_their_hash(int width, bool isDark)
    {
        await using RunningTracker tracker = await FilledAsync();
        await tracker.GetAsync(
            "/announce?info_hash=bbbbbbbbbbbbbbbbbbbb&peer_id=-TR4060-bbbbbbbbbbbb&port=1&left=0");
        await using BrowserPage page = await BrowserPage.OpenAsync(_home, tracker.Url + "/", width, isDark: isDark);
        await page.WaitAsync("document.getElementById('unnamed').children.length === 1");
        string text = await page.AskAsync("document.getElementById('others').innerText");
        Assert.Contains("6262626262626262626262626262626262626262", text, StringComparison.Ordinal);
        Assert.Contains("weak", text, StringComparison.Ordinal);
        Assert.Equal("", await page.AskAsync(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 0.5)"
                + ".map(e => e.tagName + '.' + e.className + ' ' + e.textContent)"));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Names_are_searched_ordered_and_copied()
    {
        await using RunningTracker tracker = await FilledAsync();
        await using BrowserPage page = await BrowserPage.OpenAsync(_home, tracker.Url + "/");
        const string Names =
            "[...document.querySelectorAll('.name > span:first-child')].map(e => e.textContent).join()";
        await page.WaitAsync($"{Names} === 'a rather long name that has to be broken somewhere.tar.zst,holiday.mkv'");
        await page.TypeAsync("sort", "size");
        await page.WaitAsync($"{Names}.startsWith('holiday.mkv,')");
        await page.TypeAsync("search", "FILM");
        await page.WaitAsync($"{Names} === 'holiday.mkv'");
        await page.AskAsync("navigator.clipboard.writeText = async text => { window.copied = text; }");
        await page.AskAsync(
            "[...document.querySelectorAll('button')].find(b => b.textContent === 'Copy magnet').click()");
        await page.WaitAsync("window.copied");
        Assert.StartsWith("magnet:?xt=urn:btih:6161616161616161616161616161616161616161&dn=holiday.mkv",
            await page.AskAsync("window.copied"), StringComparison.Ordinal);
        await page.TypeAsync("search", "nothing of that");
        await page.WaitAsync("document.getElementById('empty').textContent === 'No file matches these words.'");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task What_is_markup_stays_text_in_names_and_clients()
    {
        const string Hostile = "<img src=x onerror=document.title='owned'>&lt;b&gt;<script>document.title='owned'<";
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        await tracker.PostAsync("/register",
            $$"""{"file_name":"{{Hostile}}","file_hash":"h1","file_size":9,"port":1}""");
        await tracker.GetAsync(
            "/announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=-%3Cb2000-%3Ci%3Ebbbbbbbbb&port=1&left=0");
        await using BrowserPage page = await BrowserPage.OpenAsync(_home, tracker.Url + "/");
        await page.WaitAsync("document.getElementById('rows').children.length === 1");
        Assert.Equal(Hostile, await page.AskAsync("document.querySelector('.name > span').textContent"));
        Assert.Equal("0", await page.AskAsync("document.querySelectorAll('img, b > *, i, #rows script').length"));
        Assert.Equal("Shoal tracker", await page.AskAsync("document.title"));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task The_page_says_when_the_tracker_is_gone()
    {
        RunningTracker tracker = await FilledAsync();
        await using BrowserPage page = await BrowserPage.OpenAsync(_home, tracker.Url + "/");
        await page.WaitAsync("document.getElementById('rows').children.length === 2");
        await tracker.DisposeAsync();
        await page.WaitAsync("document.getElementById('state').textContent === 'the tracker does not answer'");
        Assert.Equal("2", await page.AskAsync("document.getElementById('rows').children.length"));
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
        await tracker.PostAsync("/register", """
            {"file_name":"a rather long name that has to be broken somewhere.tar.zst",
             "file_hash":"c801c9cfe94400963fcb683246217d5db77f9a9a","file_size":104857500,"port":1}
            """);
        foreach ((string id, int port, int left) in ((string, int, int)[])
            [("-LT2000-", 1, 0), ("-LT2000-", 2, 5), ("-TR4060-", 3, 5)])
            await tracker.GetAsync(
                $"/announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id={id}bbbbbbbbbbbb&port={port}&left={left}");
        await tracker.GetAsync("/announce?info_hash=short");
        return tracker;
    }
}
