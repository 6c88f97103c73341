using System.Net;
using System.Security.Cryptography;
using Shoal.Clients;
using Shoal.Engine;
using Shoal.Engine.Lines;
using Shoal.Protocol.Catalogues;

namespace Shoal.Catalogue.Tests;

public sealed class ChunkDownloadTests : IDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(50_001);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Target => _home.File("file.bin");

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_file_comes_whole_from_plain_peers_that_hold_parts_of_it()
    {
        await using var even = new PlainPeer(_content, has: n => n % 2 == 0);
        await using var odd = new PlainPeer(_content, has: n => n % 2 == 1);
        var arrived = new System.Collections.Concurrent.ConcurrentBag<int>();
        ChunkDownload download = new(Options(Peer(even, n => n % 2 == 0), Peer(odd, n => n % 2 == 1)))
        {
            ChunkArrived = arrived.Add,
        };
        await download.RunAsync(Token);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target, Token));
        Assert.Equal(Enumerable.Range(0, 49), arrived.Order());
        Assert.Equal((25, 24), (even.Served, odd.Served));
        Assert.Equal(_content.Length, download.ArrivedBytes);
        Assert.Equal([Target], Directory.EnumerateFileSystemEntries(_home.Path));
    }

    [Fact]
    public async Task A_peer_that_sends_wrong_bytes_costs_a_second_download_and_not_the_file()
    {
        byte[] wrong = [.. _content];
        wrong[30_000] ^= 1;
        await using var liar = new PlainPeer(wrong);
        await using var honest = new PlainPeer(_content);
        await new ChunkDownload(Options(Peer(liar), Peer(honest))).RunAsync(Token);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target, Token));
    }

    [Fact]
    public async Task What_only_a_liar_has_is_an_integrity_fault_and_leaves_nothing()
    {
        byte[] wrong = [.. _content];
        wrong[0] ^= 1;
        await using var liar = new PlainPeer(wrong);
        TorrentException fault = await Assert.ThrowsAsync<TorrentException>(
            () => new ChunkDownload(Options(Peer(liar))).RunAsync(Token));
        Assert.Equal(TorrentError.Integrity, fault.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_home.Path));
    }

    [Fact]
    public async Task A_download_that_ended_early_goes_on_with_what_is_missing()
    {
        await using (var some = new PlainPeer(_content, has: n => n < 30))
        {
            TorrentException fault = await Assert.ThrowsAsync<TorrentException>(
                () => new ChunkDownload(Options(Peer(some, n => n < 30))).RunAsync(Token));
            Assert.Contains("19 of 49 chunks", fault.Message, StringComparison.Ordinal);
        }
        await using var rest = new PlainPeer(_content);
        await new ChunkDownload(Options(Peer(rest))).RunAsync(Token);
        Assert.Equal(19, rest.Served);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target, Token));
    }

    [Fact]
    public async Task Peers_that_are_not_there_or_claim_too_much_are_passed_over()
    {
        await using var liar = new PlainPeer(_content, has: n => n == 3);
        await using var honest = new PlainPeer(_content);
        var nobody = new ChunkPeer(new IPEndPoint(IPAddress.Loopback, 1), ChunkSet.Whole(49));
        await new ChunkDownload(Options(nobody, Peer(liar), Peer(honest))).RunAsync(Token);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target, Token));
    }

    [Fact]
    public async Task A_peer_that_takes_requests_and_says_nothing_holds_nothing_up()
    {
        using var silent = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var honest = new PlainPeer(_content);
        var claims = new ChunkPeer((IPEndPoint)silent.LocalEndpoint, ChunkSet.Whole(49));
        await new ChunkDownload(Options(claims, Peer(honest))).RunAsync(Token);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target, Token));
    }

    [Fact]
    public async Task Under_a_limit_the_file_comes_whole_all_the_same()
    {
        await using var peer = new PlainPeer(_content);
        await new ChunkDownload(Options(Peer(peer)) with { BytesPerSecond = 1 << 20 }).RunAsync(Token);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Target, Token));
        Assert.True(await ChunkDownload.IsAsync(Target, Convert.ToHexString(SHA256.HashData(_content)), Token));
        Assert.False(await ChunkDownload.IsAsync(Target, new string('0', 40), Token));
    }

    [Fact]
    public async Task An_empty_file_needs_no_peer()
    {
        ChunkDownloadOptions options = Options() with
        {
            FileSize = 0, FileHash = Convert.ToHexString(SHA256.HashData([])),
        };
        await new ChunkDownload(options).RunAsync(Token);
        Assert.Equal(0, new FileInfo(Target).Length);
    }

    [Theory]
    [InlineData("a1b2c3...", 5, 1024)]
    [InlineData("da39a3ee5e6b4b0d3255bfef95601890afd80709", -1, 1024)]
    [InlineData("da39a3ee5e6b4b0d3255bfef95601890afd80709", 5, 0)]
    [InlineData("da39a3ee5e6b4b0d3255bfef95601890afd80709", 1L << 44, 1024)]
    public void What_cannot_be_checked_or_divided_is_refused(string hash, long size, int chunk) =>
        Assert.Throws<TorrentException>(() => new ChunkDownload(
            Options() with { FileHash = hash, FileSize = size, ChunkSize = chunk }));

    private static ChunkPeer Peer(PlainPeer peer, Func<int, bool>? has = null) => new(
        peer.EndPoint,
        ChunkSet.Of(Enumerable.Range(0, 49).Where(has ?? (_ => true)).Select(n => (n, n + 1)))!);

    private ChunkDownloadOptions Options(params ChunkPeer[] peers) => new()
    {
        FileHash = Convert.ToHexStringLower(SHA1.HashData(_content)),
        FileSize = _content.Length,
        ChunkSize = 1024,
        Path = Target,
        Peers = peers,
    };
}
