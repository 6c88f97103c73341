using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Shoal.Clients;
using Shoal.Tracker;
using Shoal.Tracker.Catalogue;
using Shoal.Tracker.Swarms;

namespace Shoal.Catalogue.Tests;

public sealed class WritingTests : IDisposable
{
    private const string File = """{"file_name":"a","file_hash":"h1","file_size":9,"port":1,"ip":"10.0.0.1"}""";
    private const string Token = "a-token-of-some-length";

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer wrong-token-of-length", HttpStatusCode.Unauthorized)]
    [InlineData("Bearer", HttpStatusCode.Unauthorized)]
    [InlineData("Basic " + Token, HttpStatusCode.Unauthorized)]
    [InlineData("Bearer " + Token, HttpStatusCode.OK)]
    [InlineData("bearer " + Token, HttpStatusCode.OK)]
    public async Task With_a_token_only_who_brings_it_changes_something(string? authorization, HttpStatusCode status)
    {
        await using RunningTracker tracker =
            await RunningTracker.StartAsync(catalogue: new CatalogueOptions { Token = Token });
        RunningTracker.Reply reply = await PostAsync(tracker, authorization is null
            ? [] : [("Authorization", authorization)]);
        Assert.Equal(status, reply.Status);
        if (status != HttpStatusCode.OK)
            Assert.Contains("WWW-Authenticate: Bearer", reply.Headers, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await tracker.GetAsync("/files")).Status);
    }

    [Fact]
    public async Task Beyond_loopback_a_token_is_made_that_only_the_owner_can_read_and_that_stays()
    {
        var options = new TrackerOptions { Bind = IPAddress.Any, DataFolder = _home.File("data") };
        string? token;
        await using (RunningTracker tracker = await RunningTracker.StartAsync(options))
        {
            token = tracker.Server.WriteToken;
            Assert.Equal(32, token!.Length);
            Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(tracker)).Status);
            Assert.Equal(HttpStatusCode.OK, (await PostAsync(tracker, ("Authorization", $"Bearer {token}"))).Status);
        }
        string file = Path.Combine(_home.File("data"), "tracker.token");
        Assert.Equal(token, System.IO.File.ReadAllText(file).Trim());
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(file));
        await using (RunningTracker tracker = await RunningTracker.StartAsync(options))
        {
            Assert.Equal(token, tracker.Server.WriteToken);
            Assert.Equal(1, (await tracker.GetAsync("/files"))["total"].GetInt32());
        }
    }

    [Fact]
    public async Task A_short_token_and_a_folder_that_is_a_file_are_faults_at_the_start()
    {
        await Assert.ThrowsAsync<IOException>(
            () => RunningTracker.StartAsync(catalogue: new CatalogueOptions { Token = "short" }));
        System.IO.File.WriteAllText(_home.File("file"), "x");
        await Assert.ThrowsAnyAsync<IOException>(() => RunningTracker.StartAsync(_home.File("file")));
        System.IO.File.WriteAllText(Path.Combine(_home.Folder("broken"), "catalogue.db"), new string('x', 9000));
        IOException broken =
            await Assert.ThrowsAsync<IOException>(() => RunningTracker.StartAsync(_home.File("broken")));
        Assert.Contains("Move it away", broken.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin", "http://evil.test", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("X-Forwarded-For", "192.0.2.7", HttpStatusCode.Forbidden)]
    [InlineData("Forwarded", "for=192.0.2.7", HttpStatusCode.Forbidden)]
    [InlineData("Via", "1.1 proxy", HttpStatusCode.Forbidden)]
    [InlineData("Host", "evil.test", HttpStatusCode.MisdirectedRequest)]
    [InlineData("Host", "localhost:80", HttpStatusCode.OK)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    public async Task Without_a_token_pages_of_other_sites_change_nothing(
        string header, string value, HttpStatusCode status)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        Assert.Equal(status, (await PostAsync(tracker, (header, value))).Status);
    }

    [Fact]
    public async Task Who_asks_too_much_is_told_to_wait()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync(
            catalogue: new CatalogueOptions { RequestBurst = 3, RequestsPerSecond = 0 });
        for (int i = 0; i < 3; i++) Assert.Equal(HttpStatusCode.OK, (await tracker.GetAsync("/files")).Status);
        RunningTracker.Reply fourth = await tracker.GetAsync("/files");
        Assert.Equal(HttpStatusCode.TooManyRequests, fourth.Status);
        Assert.Contains("Retry-After: 1", fourth.Headers, StringComparison.Ordinal);
        RunningTracker.Reply announce = await tracker.GetAsync(
            "/announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=5");
        Assert.Contains("8:complete", announce.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("{\"port\":\"1\"}")]
    [InlineData("{\"port\":1e99}")]
    [InlineData("{\"a\":{\"b\":{\"c\":{\"d\":{\"e\":{\"f\":{\"g\":{\"h\":1}}}}}}}}")]
    [InlineData("\u0000")]
    [InlineData("{\"port\":1,\"port\":2}")]
    [InlineData("{\"port\":NaN}")]
    [InlineData("{\"port\":99999999999999999999}")]
    [InlineData("{\"file_size\":9223372036854775808}")]
    [InlineData("{\"files\":[null,1]}")]
    public async Task A_body_that_is_not_the_json_expected_is_refused(string body)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        foreach (string path in (string[])["/register", "/chunks", "/leave"])
        {
            RunningTracker.Reply reply = await tracker.PostAsync(path, body);
            Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
            Assert.NotEmpty(reply.Error);
        }
    }

    [Fact]
    public async Task A_body_of_a_hundred_thousand_brackets_is_refused()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        foreach (string open in (string[])["[", "{\"a\":"])
        {
            RunningTracker.Reply reply = await tracker.PostAsync(
                "/register", string.Concat(Enumerable.Repeat(open, 100_000)));
            Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        }
    }

    [Theory]
    [InlineData("evil.test")]
    [InlineData("127.0.0.1.evil.test")]
    [InlineData("evil.localhost")]
    [InlineData("localhost.evil.test")]
    public async Task On_loopback_a_page_whose_name_leads_here_reads_nothing_either(string host)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        foreach (string path in (string[])["/files", "/stats", "/lookup?file_name=a", "/openapi.json"])
            Assert.Equal(HttpStatusCode.MisdirectedRequest,
                (await tracker.SendAsync(HttpMethod.Get, path, null, ("Host", host))).Status);
        RunningTracker.Reply page = await tracker.SendAsync(
            HttpMethod.Get, "/", null, ("Host", host), ("Accept", "text/html"));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, page.Status);
    }

    [Theory]
    [InlineData("GET /files HTTP/1.1\r\nHost: localhost:80@evil.test\r\n\r\n")]
    [InlineData("GET /files HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.test\r\n\r\n")]
    [InlineData("GET /files HTTP/1.1\r\n\r\n")]
    public async Task A_request_with_no_host_two_or_a_crooked_one_is_refused(string head)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        Assert.StartsWith("HTTP/1.1 4", await ExchangeAsync(tracker, head, []), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/../catalogue.db")]
    [InlineData("/..%5c..%5cwin.ini")]
    [InlineData("/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/%252e%252e/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("/c:/windows/win.ini")]
    [InlineData("/files/%00")]
    [InlineData("/files/..%2f..%2fetc%2fpasswd/torrent")]
    [InlineData("/dashboard.html")]
    public async Task Paths_lead_nowhere_but_to_the_routes(string path)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync(_home.File("data"));
        string reply = await ExchangeAsync(tracker, $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", []);
        Assert.Matches("^HTTP/1.1 40[04] ", reply);
    }

    [Fact]
    public async Task Every_request_that_changes_something_needs_the_token_and_tells_all_strangers_the_same()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync(
            catalogue: new CatalogueOptions { Token = Token, RequestBurst = 10_000 });
        HashSet<string> replies = [];
        int writes = 0;
        foreach (JsonProperty path in (await tracker.GetAsync("/openapi.json"))["paths"].EnumerateObject())
        {
            foreach (JsonProperty method in path.Value.EnumerateObject()
                .Where(m => m.Name is "post" or "put" or "delete" or "patch"))
            {
                foreach (string? given in
                    (string?[])[null, "Bearer", "Bearer x", "Bearer " + Token[..^1], "Basic eDp5"])
                {
                    RunningTracker.Reply reply = await tracker.SendAsync(
                        new HttpMethod(method.Name.ToUpperInvariant()), path.Name.Replace("{hash}", "h1"),
                        new StringContent("{}"), given is null ? [] : [("Authorization", given)]);
                    Assert.Equal(HttpStatusCode.Unauthorized, reply.Status);
                    replies.Add(reply.Text);
                }
                writes++;
            }
        }
        Assert.Equal(8, writes);
        Assert.Single(replies);
    }

    [Fact]
    public async Task Who_guesses_the_token_soon_may_ask_nothing_at_all()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync(
            catalogue: new CatalogueOptions { Token = Token, RequestBurst = 25, RequestsPerSecond = 0 });
        List<HttpStatusCode> statuses = [];
        for (int i = 0; i < 4; i++)
            statuses.Add((await PostAsync(tracker, ("Authorization", $"Bearer guess-number-{i}"))).Status);
        Assert.Equal(
            [HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized,
                HttpStatusCode.TooManyRequests], statuses);
        Assert.Equal(HttpStatusCode.TooManyRequests,
            (await PostAsync(tracker, ("Authorization", $"Bearer {Token}"))).Status);
    }

    [Fact]
    public async Task A_proxy_that_is_named_answers_for_its_names_and_strangers_behind_it_change_nothing()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, ProxyHeader = "X-Real-IP",
        });
        (string, string)[] headers = [("Host", "tracker.example.org"), ("X-Real-IP", "192.0.2.7")];
        Assert.Equal(HttpStatusCode.OK, (await tracker.SendAsync(HttpMethod.Get, "/files", null, headers)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(tracker, headers)).Status);
    }

    [Fact]
    public async Task A_body_beyond_its_limit_is_refused_whether_its_length_is_told_or_not()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        byte[] large = new byte[4 * 1024 * 1024 + 1];
        string told = await ExchangeAsync(tracker,
            $"POST /register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {large.Length}\r\n\r\n", large);
        Assert.StartsWith("HTTP/1.1 413", told, StringComparison.Ordinal);
        string chunked = await ExchangeAsync(tracker,
            "POST /register HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n500000\r\n", large);
        Assert.StartsWith("HTTP/1.1 413", chunked, StringComparison.Ordinal);
        string files = string.Join(',', Enumerable.Repeat("{}", 501));
        Assert.Equal("More than 500 files are for several requests.",
            (await tracker.PostAsync("/register", $"{{\"port\":1,\"files\":[{files}]}}")).Error);
    }

    [Fact]
    public async Task A_path_has_its_methods_and_what_is_none_of_ours_is_not_found()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        RunningTracker.Reply reply = await tracker.PostAsync("/files/h1", "{}");
        Assert.Equal(HttpStatusCode.MethodNotAllowed, reply.Status);
        Assert.Contains("Allow: GET, DELETE", reply.Headers, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await tracker.GetAsync("/files/h1/torrent/more")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await tracker.GetAsync("/lookup?file_name=%00")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await tracker.GetAsync("/lookup")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await tracker.GetAsync("/files/%2e%2e%2fx")).Status);
    }

    [Fact]
    public async Task Endpoints_on_loopback_are_for_who_is_there_too()
    {
        var file = new Shoal.Tracker.Catalogue.FileCatalogue(
            () => SqliteCatalogue.Open(null, 10),
            new SwarmFigures(new SwarmStore(new SwarmStoreOptions(), new Random(1)), TimeProvider.System),
            TimeProvider.System);
        var here = new Asker(IPAddress.Loopback, null);
        var elsewhere = new Asker(IPAddress.Parse("192.0.2.7"), null);
        var request = new Shoal.Protocol.Catalogues.RegisterRequest
        {
            FileName = "a", FileHash = "h1", FileSize = 1, Port = 1, Ip = "127.0.0.1",
        };
        Assert.Null((await file.RegisterAsync(here, request)).Error);
        Assert.NotNull((await file.RegisterAsync(elsewhere, request)).Error);
        Assert.Single((await file.LookupAsync(here, "a", null, false)).Value!.Peers);
        Assert.Empty((await file.LookupAsync(elsewhere, "a", null, false)).Value!.Peers);
        file.Dispose();
    }

    private static Task<RunningTracker.Reply> PostAsync(RunningTracker tracker, params (string, string)[] headers) =>
        tracker.SendAsync(
            HttpMethod.Post, "/register", new StringContent(File, Encoding.UTF8, "application/json"), headers);

    private static async Task<string> ExchangeAsync(RunningTracker tracker, string head, byte[] body)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, tracker.Server.Port, token);
        NetworkStream stream = client.GetStream();
        byte[] reply = new byte[100];
        try
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(head), token);
            await stream.WriteAsync(body, token);
        }
        catch (IOException)
        {
            // It need not listen to the end.
        }
        int read = await stream.ReadAsync(reply, token);
        return Encoding.ASCII.GetString(reply, 0, read);
    }
}
