using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Shoal.Tracker.Tests;

/// <summary>What real clients send, and what other trackers stumble over, over HTTP.</summary>
public sealed class HttpTrapTests : IAsyncLifetime
{
    private const string Hash = "info_hash=aaaaaaaaaaaaaaaaaaaa";
    private const string Id = "peer_id=bbbbbbbbbbbbbbbbbbbb";

    private TrackerServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        _server = await TrackerServer.StartAsync(new TrackerOptions { Bind = IPAddress.Loopback }, Token);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("/announce?" + Hash + "&" + Id + "&port=9&left=0")]
    [InlineData("/announce?left=0&port=9&" + Id + "&" + Hash)]
    [InlineData("/announce?x=y&" + Hash + "&" + Id + "&port=9&left=0")]
    [InlineData("/announce?" + Hash + "&" + Id + "&port=9&left=0&unknown&also=a=b=c&&")]
    [InlineData("/announce?info_hash=%61%61aaaaaaaaaaaaaaaaaa&" + Id + "&port=9&left=0")]
    [InlineData("/announce.php?" + Hash + "&" + Id + "&port=9&left=0")]
    [InlineData("/announce ?" + Hash + "&" + Id + "&port=9&left=0")]
    [InlineData("/anykey/announce?" + Hash + "&" + Id + "&port=9&left=0")]
    [InlineData("/announce/anykey?" + Hash + "&" + Id + "&port=9&left=0")]
    [InlineData("/announce?" + Hash + "&" + Id + "&port=80&left=0&uploaded=18446744073709551615&downloaded=x")]
    [InlineData("/announce?" + Hash + "&" + Id + "&port=9&left=0&event=nonsense&key=%00%ff%80%01")]
    [InlineData("/announce?" + Hash + "&" + Id + "&port=9&left=0&ipv4=1.2.3.4&ipv4=5.6.7.8&ipv6=%3A%3A1")]
    public async Task The_announce_is_understood(string target)
    {
        string body = await GetAsync(target);
        Assert.StartsWith("d8:completei1e10:downloadedi0e11:external ip4:\u007f\0\0\u0001", body,
            StringComparison.Ordinal);
        Assert.Equal(1, _server.Counters.Announces);
    }

    [Fact]
    public async Task Raw_bytes_plus_signs_and_odd_characters_are_part_of_a_hash()
    {
        // Neither decoded as text nor '+' as a blank, escaped or not, in either case of hexadecimal.
        await GetAsync("/announce?info_hash=%FE+~!*'();,/:\u00e9\u0080@$bcde&" + Id + "&port=9&left=0");
        string scrape = await GetAsync("/scrape?info_hash=%fe%2b%7e!*'();,/:%e9%80%40%24bcde");
        Assert.Contains("20:\u00fe+~!*'();,/:\u00e9\u0080@$bcde", scrape, StringComparison.Ordinal);
        Assert.Contains("8:completei1e", scrape, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_hashes_are_an_error_in_an_announce_and_a_list_in_a_scrape()
    {
        string announce = await GetAsync($"/announce?{Hash}&info_hash=cccccccccccccccccccc&{Id}&port=9");
        Assert.Contains("An announce is for one info_hash.", announce, StringComparison.Ordinal);
        string scrape = await GetAsync($"/scrape?{Hash}&info_hash=cccccccccccccccccccc");
        Assert.Equal(2, scrape.Split("8:complete").Length - 1);
    }

    [Theory]
    [InlineData("&numwant=-1", 50)]
    [InlineData("", 50)]
    [InlineData("&numwant=x", 50)]
    [InlineData("&numwant=0", 0)]
    [InlineData("&numwant=7", 7)]
    [InlineData("&numwant=99999999999999999999", 60)]
    public async Task The_number_of_peers_is_what_was_asked_for(string wanted, int peers)
    {
        for (int port = 1; port <= 60; port++) await GetAsync($"/announce?{Hash}&{Id}&port={port}&left=1&numwant=0");
        string body = await GetAsync($"/announce?{Hash}&{Id}&port=1000&left=1{wanted}");
        Assert.Contains($"5:peers{6 * peers}:", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 1)]
    [InlineData("&left=9223372036854775807", 1)]
    [InlineData("&left=18446744073709551615", 1)]
    [InlineData("&left=-1", 1)]
    [InlineData("&left=abc", 1)]
    [InlineData("&left=0", 0)]
    public async Task Without_a_credible_number_of_bytes_left_one_is_a_leech(string left, int leeches) =>
        Assert.Contains($"10:incompletei{leeches}e", await GetAsync($"/announce?{Hash}&{Id}&port=9{left}"),
            StringComparison.Ordinal);

    [Fact]
    public async Task A_partial_seed_is_no_downloader_and_may_say_so_with_every_announce()
    {
        await GetAsync($"/announce?{Hash}&{Id}&port=1&left=5&event=paused");
        await GetAsync($"/announce?{Hash}&{Id}&port=2&left=5");
        Assert.Contains("8:completei0e10:downloadedi0e11:downloadersi1e10:incompletei2e",
            await GetAsync($"/scrape?{Hash}"), StringComparison.Ordinal);
        await GetAsync($"/announce?{Hash}&{Id}&port=1&left=5&event=paused");
        await GetAsync($"/announce?{Hash}&{Id}&port=2&left=5&event=paused");
        Assert.Contains("11:downloadersi0e10:incompletei2e", await GetAsync($"/scrape?{Hash}"),
            StringComparison.Ordinal);
        await GetAsync($"/announce?{Hash}&{Id}&port=1&left=5");
        Assert.Contains("11:downloadersi1e", await GetAsync($"/scrape?{Hash}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Port_0_is_for_those_who_stop_only()
    {
        Assert.Contains("port must be", await GetAsync($"/announce?{Hash}&{Id}&port=0"), StringComparison.Ordinal);
        Assert.Contains("5:peers0:", await GetAsync($"/announce?{Hash}&{Id}&port=0&event=stopped"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hashes_of_a_hybrid_torrent_are_two_swarms()
    {
        await GetAsync($"/announce?{Hash}&{Id}&port=1&left=0");
        string other = await GetAsync($"/announce?info_hash=cccccccccccccccccccc&{Id}&port=2&left=1");
        Assert.Contains("8:completei0e", other, StringComparison.Ordinal);
        Assert.Contains("5:peers0:", other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Old_clients_keep_their_connection_when_they_ask_to_and_lose_it_otherwise()
    {
        string target = $"/announce?{Hash}&{Id}&port=9";
        string kept = await Exchange.RawAsync(_server.Port,
            $"GET {target} HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET {target} HTTP/1.0\r\n\r\n", Token);
        Assert.Equal(2, kept.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Contains("Connection: keep-alive", kept, StringComparison.Ordinal);
        string closed = await Exchange.RawAsync(_server.Port,
            $"GET {target} HTTP/1.0\r\n\r\nGET {target} HTTP/1.0\r\n\r\n", Token);
        Assert.Single(closed.Split("HTTP/1.1 200 OK").Skip(1));
        Assert.Contains("Connection: close", closed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_that_comes_byte_by_byte_is_answered_as_any_other()
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, _server.Port, Token);
        NetworkStream stream = client.GetStream();
        byte[] request = Encoding.Latin1.GetBytes(
            $"GET /announce?{Hash}&{Id}&port=9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        foreach (byte b in request) await stream.WriteAsync(new[] { b }, Token);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        string answer = await reader.ReadToEndAsync(Token);
        Assert.StartsWith("HTTP/1.1 200 OK", answer, StringComparison.Ordinal);
        Assert.Contains("5:peers0:", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Announces_and_pages_take_turns_on_one_connection()
    {
        string requests = $"GET /announce?{Hash}&{Id}&port=9 HTTP/1.1\r\nHost: x\r\n\r\n"
            + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
            + $"GET /announce?{Hash}&{Id}&port=9 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        string answers = await Exchange.RawAsync(_server.Port, requests, Token);
        Assert.Equal(3, answers.Split("HTTP/1.1 200 OK").Length - 1);
        Assert.Contains("ok\n", answers, StringComparison.Ordinal);
        Assert.Equal(2, _server.Counters.Announces);
    }

    [Fact]
    public async Task An_idle_connection_is_closed()
    {
        await using TrackerServer server = await TrackerServer.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, IdleTimeout = TimeSpan.FromMilliseconds(100),
        }, Token);
        // The answer comes at once; the end of the connection only when the server has had enough of waiting.
        string answer = await Exchange.RawAsync(
            server.Port, $"GET /announce?{Hash}&{Id}&port=9 HTTP/1.1\r\nHost: x\r\n\r\n", Token);
        Assert.Contains("5:peers0:", answer, StringComparison.Ordinal);
    }

    private Task<string> GetAsync(string target) => Exchange.GetAsync(_server.Port, target, Token);
}
