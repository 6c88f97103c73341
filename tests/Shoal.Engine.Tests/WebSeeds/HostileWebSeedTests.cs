using System.Net;
using System.Text;
using Shoal.Engine.WebSeeds;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>Web servers that lie, fail, or are not what the torrent says.</summary>
public sealed class HostileWebSeedTests
{
    private readonly TestTorrent _torrent =
        TestTorrents.Create(TorrentVersion.Hybrid, 32 * 1024, ("content.bin", 30 * 32 * 1024));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // W01, W04: each is left alone for ten seconds, and then does as it should.
    [Theory(Timeout = 120_000)]
    [InlineData("HTTP/1.1 206 Some\r\nContent-Range: bytes 0-9/983040\r\nContent-Length: 10\r\n\r\n0123456789")]
    [InlineData("HTTP/1.1 206 Partial Content\r\nContent-Length: 16384\r\n\r\n")]
    [InlineData("HTTP/1.1 206 Partial Content\r\n{range}Content-Length: 5\r\n\r\nabcde")]
    [InlineData("HTTP/1.1 206 Partial Content\r\n{range}Content-Length: 99999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 206 Partial Content\r\n{range}{length}Content-Encoding: gzip\r\n\r\nabcde")]
    [InlineData("HTTP/1.1 206 Partial Content\r\n{range}{length}\r\nabcde")]
    [InlineData("HTTP/1.1 206 Partial Content\r\n{range}\r\nabcde")]
    [InlineData("HTTP/1.1 206 Partial Content\r\n{range}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\nabc")]
    [InlineData("HTTP/1.1 206 Partial Content\r\n{range}Transfer-Encoding: chunked\r\n\r\n-5\r\nabc")]
    [InlineData("HTTP/1.1 206 Partial Content\r\n{range}Content-Length: -5\r\n\r\nabc")]
    [InlineData("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 10\r\n\r\n")]
    [InlineData("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 99999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: file:///etc/passwd\r\n\r\n")]
    [InlineData("HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://\r\n\r\n")]
    [InlineData("HTTP/1.1 204 Nothing\r\n\r\n")]
    [InlineData("HTTP/9.9 OK\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("")]
    public async Task A_fault_that_may_pass_costs_a_wait(string answer)
    {
        await using RangeServer server = RangeServer.With(_torrent);
        bool lies = true;
        server.Lie = async (request, stream, token) =>
        {
            if (!Volatile.Read(ref lies)) return false;
            string text = answer
                .Replace("{range}", $"Content-Range: bytes {request.First}-{request.Last}/983040\r\n")
                .Replace("{length}", $"Content-Length: {request.Length}\r\n");
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text), token);
            return true;
        };
        var time = new ManualTime();
        var log = new WebSeedLog();
        await using WebSeedRig rig = await WebSeedRig.StartAsync(_torrent, time, log);
        Torrent download = await rig.AddAsync(rig.Options, server.Url);
        Assert.False((await log.NextAsync()).IsFinal);
        Volatile.Write(ref lies, false);
        time.Advance(TimeSpan.FromSeconds(11));
        await download.WaitForCompletionAsync(Cancel);
        rig.AssertComplete();
    }

    [Theory(Timeout = 120_000)]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "no such file")]
    [InlineData("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "no such file")]
    [InlineData("HTTP/1.1 416 No\r\nContent-Length: 0\r\n\r\n", "shorter file")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 983040\r\n\r\n", "whole files only")]
    [InlineData(
        "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-32767/32768\r\nContent-Length: 32768\r\n\r\n",
        "has a file of 32768 bytes")]
    public async Task A_fault_that_does_not_pass_ends_the_use_of_the_url(string answer, string word)
    {
        await using RangeServer liar = RangeServer.With(_torrent);
        liar.Lie = async (request, stream, token) =>
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer), token);
            return true;
        };
        var log = new WebSeedLog();
        await using WebSeedRig rig = await WebSeedRig.StartAsync(_torrent, log: log);
        Torrent download = await rig.AddAsync(rig.Options, liar.Url);
        (bool isFinal, string text) = await log.NextAsync();
        Assert.True(isFinal);
        Assert.Contains(word, text, StringComparison.Ordinal);
        Assert.Contains(word, download.Snapshot().WebSeedMessage, StringComparison.Ordinal);
    }

    // W02
    [Fact(Timeout = 120_000)]
    public async Task A_file_that_has_changed_on_the_server_costs_the_url_and_comes_from_a_peer()
    {
        await using RangeServer server = RangeServer.With(_torrent);
        server.Files["/content.bin"][5 * 32 * 1024 + 77] ^= 1;
        var log = new WebSeedLog();
        await using WebSeedRig rig = await WebSeedRig.StartAsync(_torrent, log: log);
        Torrent download = await rig.AddAsync(rig.Options, server.Url);
        (bool isFinal, string text) = await log.NextAsync();
        Assert.True(isFinal);
        Assert.Contains("not what the torrent says", text, StringComparison.Ordinal);

        await using WebSeedRig seeder = await WebSeedRig.StartAsync(_torrent);
        seeder.Write(0, _torrent.PieceSpace);
        Torrent seed = await seeder.AddAsync(seeder.Options with { SeedOnly = true });
        await seed.WaitForCompletionAsync(Cancel);
        // On the same address as the server: it is not the address that is banned.
        download.AddPeer(new IPEndPoint(IPAddress.Loopback, seeder.Engine.Port));
        await download.WaitForCompletionAsync(Cancel);
        rig.AssertComplete();
    }

    [Fact(Timeout = 120_000)]
    public async Task A_strangers_torrent_names_nothing_on_this_machine()
    {
        await using RangeServer server = RangeServer.With(_torrent);
        var log = new WebSeedLog();
        await using WebSeedRig rig = await WebSeedRig.StartAsync(_torrent, log: log);
        await rig.AddAsync(rig.Options with { TrustsAddresses = false }, server.Url);
        (bool isFinal, string text) = await log.NextAsync();
        Assert.True(isFinal);
        Assert.Contains("may not be used", text, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact(Timeout = 120_000)]
    public async Task What_the_user_names_may_be_on_this_machine()
    {
        await using RangeServer server = RangeServer.With(_torrent);
        await using WebSeedRig rig = await WebSeedRig.StartAsync(_torrent);
        Torrent download = await rig.AddAsync(
            rig.Options with { TrustsAddresses = false, WebSeeds = [server.Url + "content.bin"] });
        await download.WaitForCompletionAsync(Cancel);
        rig.AssertComplete();
    }

    [Fact(Timeout = 120_000)]
    public async Task The_failure_is_an_event_that_says_when_it_is_tried_again()
    {
        await using RangeServer server = RangeServer.With(_torrent);
        var isHeard = new TaskCompletionSource();
        server.Lie = async (_, stream, token) =>
        {
            await isHeard.Task.WaitAsync(token);
            await stream.WriteAsync(
                "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nRetry-After: 1000000000\r\n\r\n"u8.ToArray(), token);
            return true;
        };
        await using WebSeedRig rig = await WebSeedRig.StartAsync(_torrent);
        Torrent download = await rig.AddAsync(rig.Options, server.Url);
        await using IAsyncEnumerator<TorrentEvent> events = download.EventsAsync(Cancel).GetAsyncEnumerator(Cancel);
        ValueTask<bool> next = events.MoveNextAsync();
        isHeard.SetResult();
        while (await next && events.Current is not WebSeedFailed) next = events.MoveNextAsync();
        var failed = Assert.IsType<WebSeedFailed>(events.Current);
        Assert.Equal((server.Url, TimeSpan.FromHours(1)), (failed.Url, failed.RetryIn));
    }

    [Fact(Timeout = 120_000)]
    public async Task Of_many_servers_three_are_asked_at_a_time()
    {
        await using RangeServer good = RangeServer.With(_torrent);
        await using var silent = new RangeServer();
        silent.Lie = async (_, _, token) =>
        {
            await RangeServer.StandStillAsync(token);
            return true;
        };
        var time = new ManualTime();
        var log = new WebSeedLog();
        await using WebSeedRig rig = await WebSeedRig.StartAsync(_torrent, time, log);
        string[] urls = [silent.Url + "a", silent.Url + "b", silent.Url + "c", good.Url];
        Torrent download = await rig.AddAsync(rig.Options, urls);
        await UntilAsync(() => download.Peers().Count == WebSeedList.MaxInUse);
        Assert.DoesNotContain(download.Peers(), peer => peer.WebSeed == good.Url);
        await UntilAsync(() => silent.Requests.DistinctBy(request => request.Target).Count() == 3);
        // When their time is over the fourth has its turn.
        time.Advance(TimeSpan.FromSeconds(21));
        for (int i = 0; i < 3; i++) Assert.False((await log.NextAsync()).IsFinal);
        time.Advance(TimeSpan.FromSeconds(1));
        await download.WaitForCompletionAsync(Cancel);
        rig.AssertComplete();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
