using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;
using Shoal.TestKit;

namespace Shoal.Discovery.Tests;

public sealed class HttpTrackerClientTests
{
    private const string GoodBody = "d8:intervali900e5:peers6:\u0008\u0008\u0008\u0008\u001a\u00e1e";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_announce_brings_the_reply_and_the_scope_of_the_tracker()
    {
        await using var server = ScriptedHttpServer.Answering(ScriptedHttpServer.Response(GoodBody));
        AnnounceOutcome outcome = await AnnounceAsync($"http://127.0.0.1:{server.Port}/k/announce?passkey=a%2Fb");
        Assert.Null(outcome.Error);
        Assert.Equal(AddressScope.Loopback, outcome.TrackerScope);
        Assert.Equal(IPEndPoint.Parse("8.8.8.8:6881"), Assert.Single(outcome.Reply!.Peers));
        Assert.True(server.Requests.TryDequeue(out string? request));
        Assert.StartsWith("GET /k/announce?passkey=a%2Fb&info_hash=%C8%C9%CA%CB%CC%CD%CE%CF%D0%D1%D2%D3%D4%D5%D6%D7"
            + "%D8%D9%DA%DB&peer_id=-SH0100-abcdefghijkl&port=6881&", request, StringComparison.Ordinal);
        Assert.Contains("\r\nUser-Agent: Shoal/0.1\r\n", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tracker_with_both_families_is_told_over_both_and_the_peers_are_joined()
    {
        int count = 0;
        await using var server = new ScriptedHttpServer((_, stream, token) =>
        {
            char port = (char)Interlocked.Increment(ref count);
            byte[] answer = ScriptedHttpServer.Response($"d5:peers6:\u0008\u0008\u0008\u0008\u0000{port}e");
            return stream.WriteAsync(answer, token).AsTask();
        }, IPAddress.IPv6Any);
        var client = new HttpTrackerClient(new TrackerClientOptions
        {
            Lookup = Samples.Names(("tracker.test", ["::1", "127.0.0.1"])),
        });
        AnnounceOutcome outcome = await client.AnnounceAsync(
            Samples.Tracker($"http://tracker.test:{server.Port}/announce"), Samples.Request, Token);
        Assert.Equal(["8.8.8.8:1", "8.8.8.8:2"], outcome.Reply!.Peers.Select(p => p.ToString()).Order());
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task One_dead_family_of_two_does_not_hurt()
    {
        await using var server = ScriptedHttpServer.Answering(ScriptedHttpServer.Response(GoodBody));
        var client = new HttpTrackerClient(new TrackerClientOptions
        {
            Lookup = Samples.Names(("tracker.test", ["::1", "127.0.0.1"])),
        });
        AnnounceOutcome outcome = await client.AnnounceAsync(
            Samples.Tracker($"http://tracker.test:{server.Port}/announce"), Samples.Request, Token);
        Assert.Single(outcome.Reply!.Peers);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task An_error_behind_the_second_address_is_not_blamed_on_the_first()
    {
        await using var server = ScriptedHttpServer.Answering(
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nd"u8.ToArray());
        var client = new HttpTrackerClient(new TrackerClientOptions
        {
            Lookup = Samples.Names(("tracker.test", ["127.255.255.254", "127.0.0.1"])),
        });
        AnnounceOutcome outcome = await client.AnnounceAsync(
            Samples.Tracker($"http://tracker.test:{server.Port}/announce"), Samples.Request, Token);
        Assert.Contains("broke off", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_turns_into_loopback_is_refused_at_the_connection()
    {
        await using var server = ScriptedHttpServer.Answering(ScriptedHttpServer.Response(GoodBody));
        var client = new HttpTrackerClient(new TrackerClientOptions
        {
            Lookup = Samples.Names(("rebind.test", ["::ffff:127.0.0.1", "127.0.0.1"])),
        });
        AnnounceOutcome outcome = await client.AnnounceAsync(
            Samples.Tracker($"http://rebind.test:{server.Port}/admin", AddressOrigin.Torrent), Samples.Request, Token);
        Assert.Contains("/announce", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
        outcome = await client.AnnounceAsync(
            Samples.Tracker($"http://rebind.test:{server.Port}/announce", AddressOrigin.Torrent), Samples.Request,
            Token);
        Assert.NotNull(outcome.Reply);
    }

    [Fact]
    public async Task A_redirect_is_followed_and_judged_anew()
    {
        await using var target = ScriptedHttpServer.Answering(ScriptedHttpServer.Response(GoodBody));
        await using var server = new ScriptedHttpServer((request, stream, token) =>
        {
            string path = request.Contains("/announce?", StringComparison.Ordinal) ? "announce" : "admin";
            return stream.WriteAsync(
                ScriptedHttpServer.RedirectTo($"http://127.0.0.1:{target.Port}/{path}?info_hash=x"), token).AsTask();
        });
        string url = $"http://127.0.0.1:{server.Port}/announce";
        Assert.NotNull((await AnnounceAsync(url, AddressOrigin.Torrent)).Reply);
        Assert.NotNull((await AnnounceAsync(url)).Reply);
        Assert.NotNull((await AnnounceAsync($"http://127.0.0.1:{server.Port}/other")).Reply);
        Assert.Equal(3, target.Requests.Count);
    }

    [Fact]
    public async Task A_redirect_of_a_torrents_tracker_to_another_path_on_this_machine_is_refused()
    {
        await using var target = ScriptedHttpServer.Answering(ScriptedHttpServer.Response(GoodBody));
        await using var server = ScriptedHttpServer.Answering(
            ScriptedHttpServer.RedirectTo($"http://127.0.0.1:{target.Port}/admin"));
        AnnounceOutcome outcome =
            await AnnounceAsync($"http://127.0.0.1:{server.Port}/announce", AddressOrigin.Torrent);
        Assert.Contains("may not be used", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(target.Requests);
    }

    [Theory]
    [InlineData("/announce", "more than 5 times", 6)]
    [InlineData("ftp://127.0.0.1/announce", "to ftp", 1)]
    [InlineData("file:///etc/passwd", "to file", 1)]
    public async Task A_redirect_without_end_or_to_another_scheme_is_an_error(
        string location, string error, int requests)
    {
        await using var server = ScriptedHttpServer.Answering(ScriptedHttpServer.RedirectTo(location));
        AnnounceOutcome outcome = await AnnounceAsync($"http://127.0.0.1:{server.Port}/announce");
        Assert.Contains(error, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(requests, server.Requests.Count);
    }

    [Fact]
    public async Task A_body_past_the_limit_is_cut_off_whether_announced_endless_or_packed()
    {
        byte[] zeros = new byte[2 << 20];
        byte[] packed = Pack(new byte[64 << 20]);
        byte[][] answers =
        [
            ScriptedHttpServer.Response(zeros),
            [.. "HTTP/1.1 200 OK\r\n\r\n"u8, .. zeros],
            [.. "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n"u8, .. zeros, .. "\r\n"u8],
            ScriptedHttpServer.Response(packed, headers: "Content-Encoding: gzip\r\n"),
        ];
        foreach (byte[] answer in answers)
        {
            await using var server = ScriptedHttpServer.Answering(answer);
            AnnounceOutcome outcome = await AnnounceAsync($"http://127.0.0.1:{server.Port}/announce");
            Assert.Contains("more than 1048576 bytes", outcome.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_packed_reply_is_read_and_a_damaged_one_is_an_error()
    {
        byte[] packed = Pack(Encoding.Latin1.GetBytes(GoodBody));
        byte[] wrongSum = [.. packed];
        wrongSum[^6] ^= 0xff;
        byte[] wrongData = [.. packed];
        wrongData[12] ^= 0xff;
        Assert.NotNull((await AnnounceToPackedAsync(packed)).Reply);
        Assert.NotNull((await AnnounceToPackedAsync(wrongData)).Error);
        Assert.NotNull((await AnnounceToPackedAsync(packed[..^12])).Error);
        Assert.NotNull((await AnnounceToPackedAsync(wrongSum)).Error);
    }

    [Theory]
    [InlineData("404 Not Found", "<html>gone</html>", "status 404")]
    [InlineData("200 OK", "<html>hello</html>", "no bencoding")]
    [InlineData("200 OK", "", "empty")]
    [InlineData("400 Bad Request", "d14:failure reason7:no keyse", "refused: no keys")]
    [InlineData("500 Oops", "", "status 500")]
    public async Task An_answer_that_is_no_reply_is_a_sentence(string status, string body, string error)
    {
        await using var server = ScriptedHttpServer.Answering(ScriptedHttpServer.Response(body, status));
        AnnounceOutcome outcome = await AnnounceAsync($"http://127.0.0.1:{server.Port}/announce");
        Assert.Contains(error, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_carries_when_to_come_again()
    {
        await using var server = ScriptedHttpServer.Answering(
            ScriptedHttpServer.Response("d14:failure reason4:full8:retry ini5ee"));
        AnnounceOutcome outcome = await AnnounceAsync($"http://127.0.0.1:{server.Port}/announce");
        Assert.Equal(TimeSpan.FromMinutes(5), outcome.RetryIn);
        await using var final = ScriptedHttpServer.Answering(
            ScriptedHttpServer.Response("d14:failure reason4:gone8:retry in5:nevere"));
        Assert.True((await AnnounceAsync($"http://127.0.0.1:{final.Port}/announce")).IsFinal);
    }

    [Fact]
    public async Task A_server_that_drips_is_left_at_the_deadline_without_any_thread_waiting()
    {
        var time = new ManualTime();
        var began = new TaskCompletionSource();
        await using var server = new ScriptedHttpServer(async (_, stream, token) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nd"u8.ToArray(), token);
            began.SetResult();
            await ScriptedHttpServer.UntilEndAsync(token);
        });
        var client = new HttpTrackerClient(new TrackerClientOptions { Time = time });
        Task<AnnounceOutcome> announce = client.AnnounceAsync(
            Samples.Tracker($"http://127.0.0.1:{server.Port}/announce"), Samples.Request, Token);
        await began.Task.WaitAsync(Token);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(announce.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("within 30 seconds", (await announce).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_is_the_only_thing_that_throws()
    {
        using var stop = new CancellationTokenSource();
        await using var server = new ScriptedHttpServer((_, _, token) =>
        {
            stop.Cancel();
            return ScriptedHttpServer.UntilEndAsync(token);
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new HttpTrackerClient(new TrackerClientOptions()).AnnounceAsync(
                Samples.Tracker($"http://127.0.0.1:{server.Port}/announce"), Samples.Request, stop.Token));
    }

    [Fact]
    public async Task Nobody_listening_and_no_name_are_sentences_without_secrets()
    {
        int port;
        await using (var server = ScriptedHttpServer.Answering([])) port = server.Port;
        AnnounceOutcome outcome = await AnnounceAsync($"http://127.0.0.1:{port}/0123456789abcdef/announce");
        Assert.Equal($"The tracker at http://127.0.0.1:{port}/…/announce cannot be reached: "
            + "the connection was refused.", outcome.Error);
        var client = new HttpTrackerClient(new TrackerClientOptions { Lookup = Samples.Names(("x.test", [])) });
        outcome = await client.AnnounceAsync(Samples.Tracker("http://x.test/announce"), Samples.Request, Token);
        Assert.Contains("no address", outcome.Error, StringComparison.Ordinal);
    }

    // H10, under an authority that is trusted, so that nothing else can be the reason.
    [Theory]
    [InlineData("tracker.test", 1, null)]
    [InlineData("tracker.test", -1, "certificate")]
    [InlineData("other.test", 1, "certificate")]
    [InlineData("127.0.0.1", 1, "certificate")]
    public async Task A_certificate_counts_only_for_its_name_and_its_time(string name, int yearsLeft, string? error)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using TestAuthority authority = new();
        using X509Certificate2 certificate = authority.Issue(name, now.AddYears(-2), now.AddYears(yearsLeft));
        await using var server = new ScriptedHttpServer((_, stream, token) =>
            stream.WriteAsync(ScriptedHttpServer.Response(GoodBody), token).AsTask(), certificate: certificate);
        var client = new HttpTrackerClient(new TrackerClientOptions
        {
            Authority = authority.Certificate, Lookup = Samples.Names(("tracker.test", ["127.0.0.1"])),
        });
        AnnounceOutcome outcome = await client.AnnounceAsync(
            Samples.Tracker($"https://tracker.test:{server.Port}/announce"), Samples.Request, Token);
        if (error is null) Assert.Null(outcome.Error);
        else Assert.Contains(error, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(error is null ? 1 : 0, server.Requests.Count);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using X509Certificate2 made = request.CreateSelfSigned(
            DateTimeOffset.UnixEpoch.AddYears(50), DateTimeOffset.UnixEpoch.AddYears(100));
        using X509Certificate2 certificate =
            X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        await using var server = new ScriptedHttpServer((_, stream, token) =>
            stream.WriteAsync(ScriptedHttpServer.Response(GoodBody), token).AsTask(), certificate: certificate);
        AnnounceOutcome outcome = await AnnounceAsync($"https://127.0.0.1:{server.Port}/announce");
        Assert.Contains("certificate", outcome.Error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact]
    public async Task A_scrape_asks_at_the_scrape_path()
    {
        string hash = Encoding.Latin1.GetString(Samples.Hash.ToArray());
        await using var server = ScriptedHttpServer.Answering(ScriptedHttpServer.Response(
            $"d5:filesd20:{hash}d8:completei1e10:downloadedi2e10:incompletei3eeee"));
        var client = new HttpTrackerClient(new TrackerClientOptions());
        ScrapeOutcome outcome = await client.ScrapeAsync(
            Samples.Tracker($"http://127.0.0.1:{server.Port}/announce?a=b"), [Samples.Hash], Token);
        Assert.Equal(new ScrapeEntry(Samples.Hash, 1, 2, 3), Assert.Single(outcome.Entries!));
        Assert.StartsWith("GET /scrape?a=b&info_hash=%C8", Assert.Single(server.Requests), StringComparison.Ordinal);
        outcome = await client.ScrapeAsync(
            Samples.Tracker($"http://127.0.0.1:{server.Port}/a"), [Samples.Hash], Token);
        Assert.Contains("no address for scrapes", outcome.Error, StringComparison.Ordinal);
    }

    private static Task<AnnounceOutcome> AnnounceAsync(string url, AddressOrigin? origin = null) =>
        new HttpTrackerClient(new TrackerClientOptions())
            .AnnounceAsync(Samples.Tracker(url, origin), Samples.Request, Token);

    private static async Task<AnnounceOutcome> AnnounceToPackedAsync(byte[] packed)
    {
        await using var server = ScriptedHttpServer.Answering(
            ScriptedHttpServer.Response(packed, headers: "Content-Encoding: gzip\r\n"));
        return await AnnounceAsync($"http://127.0.0.1:{server.Port}/announce");
    }

    private static byte[] Pack(byte[] content)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal)) gzip.Write(content);
        return packed.ToArray();
    }
}
