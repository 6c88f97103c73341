using System.Net;
using System.Net.Sockets;
using Shoal.Protocol;
using Shoal.Protocol.Magnets;

namespace Shoal.Engine.Tests;

public sealed class MagnetTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // M10
    [Fact(Timeout = 120_000)]
    public async Task The_two_links_of_a_hybrid_torrent_show_to_be_one_when_the_metadata_comes()
    {
        await using Pair pair = await Pair.StartAsync(("a.bin", 100_000));
        TorrentHashes hashes = pair.Created.Metainfo.Info.Hashes;
        string v1 = new MagnetLink { Hashes = new TorrentHashes(hashes.V1, null) }.ToString();
        string v2 = new MagnetLink { Hashes = new TorrentHashes(null, hashes.V2) }.ToString();
        Torrent first = await pair.Downloader.AddAsync(new TorrentSource.Magnet(v1), pair.Options, Cancel);
        await first.WaitForCompletionAsync(Cancel);
        Torrent second = await pair.Downloader.AddAsync(new TorrentSource.Magnet(v2), pair.Options, Cancel);
        TorrentException failure =
            await Assert.ThrowsAsync<TorrentException>(() => second.WaitForCompletionAsync(Cancel));
        Assert.Equal(TorrentError.InvalidInput, failure.Error);
        Assert.Contains("is in this engine already", failure.Message, StringComparison.Ordinal);
        Assert.Equal(TorrentState.Seeding, first.Snapshot().State);
        // When the first is gone the content is free.
        await second.StopAsync(Cancel);
        await first.StopAsync(Cancel);
        Torrent third = await pair.Downloader.AddAsync(new TorrentSource.Magnet(v2), pair.Options, Cancel);
        await third.WaitForCompletionAsync(Cancel);
    }

    // Who wrote the link would learn of every member otherwise, and be served (BEP 27).
    [Fact(Timeout = 60_000)]
    public async Task When_the_metadata_says_private_the_peers_that_the_link_named_are_left()
    {
        await using Pair pair = await Pair.StartAsync(isPrivate: true, ("a.bin", 100_000));
        Torrent torrent = await pair.Downloader.AddAsync(
            new TorrentSource.Magnet($"{pair.Magnet}&x.pe=127.0.0.1:{pair.Seeder.Port}"),
            pair.Options with { TrustsAddresses = true, Peers = [] },
            Cancel);
        await torrent.WaitForMetadataAsync(Cancel);
        while (torrent.Snapshot().State != TorrentState.Downloading)
        {
            Cancel.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        Assert.Empty(torrent.Peers());
        Assert.Equal(0, torrent.Snapshot().CompletedBytes);
        // Whom the user names is another matter.
        torrent.AddPeer(new IPEndPoint(IPAddress.Loopback, pair.Seeder.Port));
        await torrent.WaitForCompletionAsync(Cancel);
    }

    // A link from elsewhere must not make us knock at the services of this machine.
    [Theory(Timeout = 120_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Peers_that_a_link_names_on_this_machine_are_dialled_only_when_the_user_named_it(bool trusted)
    {
        await using Pair pair = await Pair.StartAsync(("a.bin", 100_000));
        var here = new IPEndPoint(IPAddress.Loopback, 0);
        using var service = new Socket(here.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        service.Bind(here);
        service.Listen();
        int port = ((IPEndPoint)service.LocalEndPoint!).Port;
        // The link's peers are looked up before the torrent is dialled at all, as the seeder's own address is.
        Torrent torrent = await pair.Downloader.AddAsync(
            new TorrentSource.Magnet($"{pair.Magnet}&x.pe=127.0.0.1:{port}"),
            pair.Options with { TrustsAddresses = trusted, Peers = trusted ? [] : pair.Options.Peers },
            Cancel);
        if (trusted)
        {
            using Socket dialled = await service.AcceptAsync(Cancel);
            return;
        }
        await torrent.WaitForCompletionAsync(Cancel);
        Assert.False(service.Poll(0, SelectMode.SelectRead));
    }
}
