using System.Net;
using Shoal.Engine.Tests.Hostile;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Tests;

/// <summary>A seed that gives each piece away once before it repeats one.</summary>
public sealed class SuperSeedTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-super-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory(Timeout = 120_000)]
    [InlineData(true, PeerMessageId.HaveNone)]
    [InlineData(false, PeerMessageId.HaveAll)]
    public async Task It_tells_a_peer_of_nothing_and_gives_it_everything(bool isSuper, PeerMessageId told)
    {
        string file = Path.Combine(_root, "a.bin");
        byte[] bytes = new byte[1_000_000];
        new Random(5).NextBytes(bytes);
        await File.WriteAllBytesAsync(file, bytes, Cancel);
        CreatedTorrent created = await TorrentCreator.CreateAsync(
            file, new CreateOptions { PieceLength = 64 * 1024 }, null, Cancel);
        var loopback = new EngineOptions { BindAddress = IPAddress.Loopback };
        await using TorrentEngine seeder = await TorrentEngine.StartAsync(loopback, Cancel);
        Torrent seed = await seeder.AddAsync(
            new TorrentSource.Parsed(created.Metainfo),
            new TorrentOptions { Directory = _root, SeedOnly = true, SuperSeed = isSuper },
            Cancel);
        await seed.WaitForCompletionAsync(Cancel);

        using (RawPeer peer = await RawPeer.GreetAsync(seeder.Port, created.Metainfo.Info.Hashes.Wire))
            Assert.Equal(told, await FirstOfPieces(peer));

        await using TorrentEngine downloader = await TorrentEngine.StartAsync(loopback, Cancel);
        string target = Path.Combine(_root, "to");
        Torrent download = await downloader.AddAsync(
            new TorrentSource.Parsed(created.Metainfo),
            new TorrentOptions { Directory = target, Peers = [new DnsEndPoint("127.0.0.1", seeder.Port)] },
            Cancel);
        await download.WaitForCompletionAsync(Cancel);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(target, "a.bin"), Cancel));
    }

    // The extension handshake comes before it, as the program sends it first.
    private static async Task<PeerMessageId> FirstOfPieces(RawPeer peer)
    {
        List<byte> received = [];
        while (true)
        {
            byte[] more = await peer.ReceiveAsync();
            Assert.NotEmpty(more);
            received.AddRange(more);
            for (int at = 0; at + 5 <= received.Count;)
            {
                int length = received[at] << 24 | received[at + 1] << 16 | received[at + 2] << 8 | received[at + 3];
                var id = (PeerMessageId)received[at + 4];
                if (length > 0 && id != PeerMessageId.Extended) return id;
                at += 4 + length;
            }
        }
    }
}
