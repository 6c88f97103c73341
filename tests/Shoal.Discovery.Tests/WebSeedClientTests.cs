using System.Net;
using System.Text;
using Shoal.Protocol.Addresses;
using Shoal.TestKit;

namespace Shoal.Discovery.Tests;

/// <summary>Range requests, where they may go, and what of the answers arrives.</summary>
public sealed class WebSeedClientTests
{
    private const string Content = "0123456789";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_range_is_asked_for_by_its_first_and_last_byte()
    {
        await using ScriptedHttpServer server = Honest();
        (string text, WebSeedFault? fault) = await GetAsync(Url(server), 2, 3);
        Assert.Null(fault);
        Assert.Equal("234", text);
        string head = Assert.Single(server.Requests);
        Assert.StartsWith("GET /f HTTP/1.1\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nRange: bytes=2-4\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nAccept-Encoding: identity\r\n", head, StringComparison.Ordinal);
        Assert.Contains("\r\nUser-Agent: Shoal/", head, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 3\r\n\r\n23", "broke off")]
    [InlineData("\r\n23", "ended early, 1 bytes")]
    [InlineData("\r\n2345", "more than it was asked for")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n4\r\n2345\r\n0\r\n\r\n", "more than it was asked for")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2\r\n23\r\n0\r\n\r\n", "ended early, 1 bytes")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n2\r\n23\r\n", "broke off")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFF\r\n234", "broke off")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n-1\r\n234", "broke off")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\nzz\r\n234", "broke off")]
    public async Task A_body_of_another_length_is_a_fault(string rest, string word)
    {
        // W01
        byte[] answer = Encoding.Latin1.GetBytes(
            $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-4/10\r\n{rest}");
        await using var server = ScriptedHttpServer.Answering(answer);
        (_, WebSeedFault? fault) = await GetAsync(Url(server), 2, 3);
        Assert.NotNull(fault);
        Assert.False(fault.IsFinal);
        Assert.Contains(word, fault.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n1\r\n2\r\n2\r\n34\r\n0\r\n\r\n")]
    [InlineData("\r\n234")]
    [InlineData("Content-Length: 3\r\n\r\n234")]
    public async Task A_body_may_come_in_any_form_that_ends_where_it_should(string rest)
    {
        byte[] answer = Encoding.Latin1.GetBytes(
            $"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-4/10\r\n{rest}");
        await using var server = ScriptedHttpServer.Answering(answer);
        Assert.Equal(("234", null), await GetAsync(Url(server), 2, 3));
    }

    [Fact]
    public async Task A_redirect_is_followed_remembered_and_forgotten_when_it_fails()
    {
        bool isGone = false;
        await using ScriptedHttpServer target = new((head, stream, token) => stream.WriteAsync(
            isGone ? ScriptedHttpServer.Response("", "403 Forbidden") : PartOf(head), token).AsTask());
        await using ScriptedHttpServer other = Honest();
        int target2 = target.Port;
        await using ScriptedHttpServer server = new((_, stream, token) => stream.WriteAsync(
            ScriptedHttpServer.RedirectTo($"http://127.0.0.1:{target2}/g?x"), token).AsTask());
        using WebSeedClient client = Client(Url(server));
        Assert.Equal(("01", null), await GetAsync(client, Url(server), 0, 2));
        Assert.Equal(("23", null), await GetAsync(client, Url(server), 2, 2));
        Assert.Single(server.Requests);
        Assert.Equal(2, target.Requests.Count);
        isGone = true;
        target2 = other.Port;
        Assert.Equal(("45", null), await GetAsync(client, Url(server), 4, 2));
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Credentials_go_to_the_server_that_has_them_in_its_url_and_to_no_other()
    {
        await using ScriptedHttpServer target = Honest();
        await using var server = ScriptedHttpServer.Answering(
            ScriptedHttpServer.RedirectTo($"http://127.0.0.1:{target.Port}/f"));
        var url = new Uri($"http://ann:secret@127.0.0.1:{server.Port}/f");
        Assert.Equal(("0", null), await GetAsync(url, 0, 1));
        Assert.Contains("Authorization: Basic ", Assert.Single(server.Requests), StringComparison.Ordinal);
        Assert.DoesNotContain("Authorization", Assert.Single(target.Requests), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_end()
    {
        await using ScriptedHttpServer server = new((head, stream, token) => stream.WriteAsync(
            ScriptedHttpServer.RedirectTo(head.Split(' ')[1] + "x"), token).AsTask());
        (_, WebSeedFault? fault) = await GetAsync(Url(server), 0, 1);
        Assert.Contains("redirects more than 5 times", fault!.Sentence, StringComparison.Ordinal);
        Assert.Equal(6, server.Requests.Count);
    }

    // W08
    [Theory]
    [InlineData("ftp://h/f")]
    [InlineData("file:///etc/passwd")]
    [InlineData("gopher://h/f")]
    public async Task A_redirect_leads_to_web_servers_only(string location)
    {
        await using var server = ScriptedHttpServer.Answering(ScriptedHttpServer.RedirectTo(location));
        (_, WebSeedFault? fault) = await GetAsync(Url(server), 0, 1);
        Assert.Contains("redirects from http to", fault!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_stranger_names_on_this_machine_is_refused_for_good()
    {
        await using ScriptedHttpServer server = Honest();
        using var client = new WebSeedClient(new TrackerClientOptions(), Url(server), AddressOrigin.Torrent);
        (_, WebSeedFault? fault) = await GetAsync(client, Url(server), 0, 1);
        Assert.True(fault!.IsFinal);
        Assert.Contains("may not be used", fault.Sentence, StringComparison.Ordinal);
        (IPEndPoint? found, fault) = await client.FindAsync(Token);
        Assert.Null(found);
        Assert.True(fault!.IsFinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_name_is_judged_by_the_address_it_has_when_it_is_connected_to()
    {
        await using ScriptedHttpServer server = Honest();
        int lookups = 0;
        var options = new TrackerClientOptions
        {
            // Harmless when it is looked at, and this machine when it is used.
            Lookup = (_, _) => Task.FromResult<IPAddress[]>(
                [lookups++ == 0 ? IPAddress.Parse("203.0.114.1") : IPAddress.Loopback]),
        };
        var url = new Uri($"http://rebinding.example:{server.Port}/f");
        using var client = new WebSeedClient(options, url, AddressOrigin.Torrent);
        (IPEndPoint? found, _) = await client.FindAsync(Token);
        Assert.Equal(server.Port, found!.Port);
        (_, WebSeedFault? fault) = await GetAsync(client, url, 0, 1);
        Assert.True(fault!.IsFinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_silent_server_has_twenty_seconds()
    {
        var time = new ManualTime();
        await using var server = new ScriptedHttpServer(
            (_, _, token) => ScriptedHttpServer.UntilEndAsync(token));
        using var client = new WebSeedClient(new TrackerClientOptions { Time = time }, Url(server), AddressOrigin.User);
        Task<(string, WebSeedFault?)> get = GetAsync(client, Url(server), 0, 1);
        while (server.Requests.IsEmpty) await Task.Yield();
        time.Advance(TimeSpan.FromSeconds(19.9));
        Assert.False(get.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));
        (_, WebSeedFault? fault) = await get;
        Assert.Contains("did not answer within 20 seconds", fault!.Sentence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://ann:secret@h:80/a/b?token=x", "http://h/a/b?…")]
    [InlineData("https://h:8443/a%20b/", "https://h:8443/a%20b/")]
    public void A_url_is_shown_without_what_is_secret(string url, string shown) =>
        Assert.Equal(shown, WebSeedClient.Show(new Uri(url)));

    private static ScriptedHttpServer Honest() =>
        new((head, stream, token) => stream.WriteAsync(PartOf(head), token).AsTask());

    private static byte[] PartOf(string head)
    {
        string range = head.Split("Range: bytes=")[1].Split('\r')[0];
        int[] ends = [.. range.Split('-').Select(int.Parse)];
        return ScriptedHttpServer.Response(
            Content[ends[0]..(ends[1] + 1)], "206 Partial Content", $"Content-Range: bytes {range}/10\r\n");
    }

    private static Uri Url(ScriptedHttpServer server) => new($"http://127.0.0.1:{server.Port}/f");

    private static WebSeedClient Client(Uri url) => new(new TrackerClientOptions(), url, AddressOrigin.User);

    private static async Task<(string Text, WebSeedFault? Fault)> GetAsync(Uri url, long first, long length)
    {
        using WebSeedClient client = Client(url);
        return await GetAsync(client, url, first, length);
    }

    private static async Task<(string Text, WebSeedFault? Fault)> GetAsync(
        WebSeedClient client, Uri url, long first, long length)
    {
        (WebSeedAnswer? answer, WebSeedFault? fault) =
            await client.OpenAsync(new WebSeedRange(url, first, length, Content.Length), Token);
        Assert.True(answer is null != fault is null);
        if (answer is null) return ("", fault);
        using WebSeedAnswer owned = answer;
        var text = new StringBuilder();
        byte[] buffer = new byte[2];
        while (answer.Left > 0)
        {
            (int count, fault) = await answer.ReadAsync(buffer, Token);
            if (fault is not null) return (text.ToString(), fault);
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return (text.ToString(), null);
    }
}
