using Shoal.Protocol.Addresses;

namespace Shoal.Discovery.Tests;

public sealed class TorrentFetcherTests
{
    private readonly TorrentFetcher _fetcher = new(new TrackerClientOptions());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_bytes_come_as_they_are_also_behind_a_redirect()
    {
        await using var target = ScriptedHttpServer.Answering(ScriptedHttpServer.Response("d4:infodee"));
        await using var server = ScriptedHttpServer.Answering(
            ScriptedHttpServer.RedirectTo($"http://127.0.0.1:{target.Port}/b.torrent?x=1"));
        (byte[]? bytes, string? error, _) = await _fetcher.FetchAsync(
            new Uri($"http://127.0.0.1:{server.Port}/a.torrent"), AddressOrigin.User, Token);
        Assert.Null(error);
        Assert.Equal("d4:infodee"u8.ToArray(), bytes);
    }

    [Fact]
    public async Task What_is_too_large_missing_or_forbidden_is_a_sentence()
    {
        await using var large = ScriptedHttpServer.Answering(ScriptedHttpServer.Response(new byte[10_000_001]));
        await using var missing = ScriptedHttpServer.Answering(ScriptedHttpServer.Response("x", "404 Not Found"));
        Assert.Contains("more than 10000000 bytes", await ErrorAsync(large.Port, AddressOrigin.User),
            StringComparison.Ordinal);
        Assert.Contains("status 404", await ErrorAsync(missing.Port, AddressOrigin.User), StringComparison.Ordinal);
        Assert.Contains("may not be used", await ErrorAsync(missing.Port, AddressOrigin.Torrent),
            StringComparison.Ordinal);
        (byte[]? bytes, string? error, _) =
            await _fetcher.FetchAsync(new Uri("ftp://127.0.0.1/a.torrent"), AddressOrigin.User, Token);
        Assert.Null(bytes);
        Assert.Contains("not over ftp", error, StringComparison.Ordinal);
    }

    private async Task<string?> ErrorAsync(int port, AddressOrigin origin)
    {
        (byte[]? bytes, string? error, bool isMissing) =
            await _fetcher.FetchAsync(new Uri($"http://127.0.0.1:{port}/a.torrent"), origin, Token);
        Assert.Null(bytes);
        Assert.Equal(error!.Contains("status 404", StringComparison.Ordinal), isMissing);
        return error;
    }
}
