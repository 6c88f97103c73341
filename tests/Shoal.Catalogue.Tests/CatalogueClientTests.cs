using System.Net;
using Shoal.Engine;
using Shoal.Engine.Catalogues;
using Shoal.Engine.Lines;
using Shoal.Protocol.Catalogues;
using Shoal.Tracker;
using Shoal.Tracker.Catalogue;

namespace Shoal.Catalogue.Tests;

public sealed class CatalogueClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("http")]
    [InlineData("udp")]
    public async Task Everything_that_is_registered_is_found_and_taken_back(string scheme)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        using CatalogueClient client = new(new Uri($"{scheme}://127.0.0.1:{tracker.Server.Port}/announce"));
        Assert.True(await client.ExistsAsync(Token));
        Assert.Null(await client.FindByNameAsync("a b&c.txt", Token));
        RegisterReply made = await client.RegisterAsync(new RegisterRequest
        {
            Port = 7,
            Files = [new RegisteredFile { FileName = "a b&c.txt", FileHash = "h1", FileSize = 5000 }],
        }, Token);
        Assert.True(Assert.Single(made.Results!).Success);
        await client.AddChunksAsync(
            new ChunkRequest { FileHash = "h1", Chunks = ChunkSet.Whole(2), Port = 8 }, Token);

        LookupReply found = (await client.FindByNameAsync("a b&c.txt", Token))!;
        Assert.Equal(
            [new ChunkPeer(new IPEndPoint(IPAddress.Loopback, 7), ChunkSet.Whole(5)),
                new ChunkPeer(new IPEndPoint(IPAddress.Loopback, 8), ChunkSet.Whole(2))],
            client.PeersOf(found).OrderBy(p => p.EndPoint.Port));
        Assert.Equal("a b&c.txt", (await client.FindByHashAsync("h1", Token))!.FileName);
        Assert.Equal(1, (await client.ListAsync(new CatalogueSearch { Words = "c.txt" }, Token)).Total);
        Assert.True((await client.LeaveAsync(new LeaveRequest { Port = 7 }, Token)).Success);
        Assert.Single(client.PeersOf((await client.FindByHashAsync("h1", Token))!));
    }

    [Fact]
    public async Task A_tracker_far_away_names_nothing_on_this_machine()
    {
        // What it says of itself does not matter: only an answer that came from it would change where it is.
        using CatalogueClient client = new(new Uri("http://192.0.2.1/announce"));
        FilePeer[] peers = [.. ((string[])["127.0.0.1", "10.0.0.1", "192.0.2.7", "8.8.8.8", "nonsense"])
            .Select(ip => new FilePeer { Ip = ip, Port = 5, ChunkRanges = "0" })];
        IReadOnlyList<ChunkPeer> allowed = client.PeersOf(new LookupReply
        {
            FileHash = "h", FileName = "n", FileSize = 1, PeersCount = 1, ChunkSize = 1, ChunkCount = 1,
            Health = "good", Added = default, Tags = [], Peers = peers,
        });
        Assert.DoesNotContain(allowed, p => p.EndPoint.Address.ToString() == "127.0.0.1");
        Assert.Contains(allowed, p => p.EndPoint.Address.ToString() == "8.8.8.8");
        await Task.CompletedTask;
    }

    [Fact]
    public async Task What_is_no_catalogue_is_told_in_a_sentence()
    {
        await using RunningTracker none = await RunningTracker.StartAsync(
            new TrackerOptions { Bind = IPAddress.Loopback, Catalogue = null });
        using CatalogueClient client = new(new Uri(none.Url));
        Assert.False(await client.ExistsAsync(Token));
        TorrentException fault =
            await Assert.ThrowsAsync<TorrentException>(() => client.ListAsync(new CatalogueSearch(), Token));
        Assert.EndsWith("has no catalogue of files.", fault.Message, StringComparison.Ordinal);
        using CatalogueClient nobody = new(new Uri("http://127.0.0.1:1/announce"));
        Assert.False(await nobody.ExistsAsync(Token));
        fault = await Assert.ThrowsAsync<TorrentException>(() => nobody.ListAsync(new CatalogueSearch(), Token));
        Assert.Equal(TorrentError.Network, fault.Error);
    }

    [Fact]
    public async Task A_token_goes_along_and_a_busy_tracker_is_waited_for()
    {
        var options = new CatalogueOptions
        {
            Token = "0123456789abcdef", RequestBurst = 2, RequestsPerSecond = 5,
        };
        await using RunningTracker tracker = await RunningTracker.StartAsync(catalogue: options);
        using CatalogueClient stranger = new(new Uri(tracker.Url));
        var request = new RegisterRequest { FileName = "a", FileHash = "h", FileSize = 1, Port = 1 };
        TorrentException refused =
            await Assert.ThrowsAsync<TorrentException>(() => stranger.RegisterAsync(request, Token));
        Assert.Contains("needs its token", refused.Message, StringComparison.Ordinal);
        using CatalogueClient friend = new(new Uri(tracker.Url), options.Token);
        for (int i = 0; i < 4; i++) await friend.RegisterAsync(request, Token);
        Assert.Equal(1, (await friend.ListAsync(new CatalogueSearch(), Token)).Total);
    }
}
