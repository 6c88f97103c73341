using System.Net;
using System.Text;
using Shoal.Protocol;
using Shoal.Protocol.Magnets;
using Shoal.Protocol.PeerWire;

namespace Shoal.Engine.Tests.Hostile;

/// <summary>X05: metadata whose hash is right and whose content is not.</summary>
public sealed class HostileMetadataTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData("this is no bencoding, though it has the right hash, and bytes enough to be a torrent")]
    [InlineData("l6:lengthi1e4:name1:a12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaae")]
    [InlineData("d6:lengthi1e4:name30:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa12:piece lengthi16384e6:pieces3:abce")]
    [InlineData("d6:lengthi-1e4:name1:a12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaae")]
    [InlineData("d5:filesld6:lengthi1e4:path3:../ee4:name1:a12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaae")]
    [InlineData("d12:meta versioni2e4:name1:a12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaae")]
    public async Task Metadata_that_is_no_torrent_fails_the_torrent_with_one_sentence(string metadata)
    {
        string root = Directory.CreateTempSubdirectory("shoal-metadata-").FullName;
        byte[] raw = Encoding.ASCII.GetBytes(metadata);
        var hash = InfoHash.OfV1(raw);
        await using (TorrentEngine engine =
            await TorrentEngine.StartAsync(new EngineOptions { BindAddress = IPAddress.Loopback }, Cancel))
        {
            string link = new MagnetLink { Hashes = new TorrentHashes(hash, null) }.ToString();
            Torrent torrent = await engine.AddAsync(
                new TorrentSource.Magnet(link), new TorrentOptions { Directory = root }, Cancel);
            using RawPeer peer = await RawPeer.GreetAsync(engine.Port, hash);
            await peer.SendAsync(Extended(0, $"d1:md11:ut_metadatai7ee13:metadata_sizei{raw.Length}ee"));
            await peer.SendAsync(Extended(1, $"d8:msg_typei1e5:piecei0e10:total_sizei{raw.Length}ee{metadata}"));
            TorrentException failure =
                await Assert.ThrowsAsync<TorrentException>(() => torrent.WaitForMetadataAsync(Cancel));
            Assert.Equal(TorrentError.InvalidInput, failure.Error);
            Assert.Contains("has the right hash but is not a valid torrent", failure.Message, StringComparison.Ordinal);
            Assert.Equal(TorrentState.Failed, torrent.Snapshot().State);
            await peer.ReadToEndAsync();
        }
        Assert.Empty(Directory.EnumerateFileSystemEntries(root));
        Directory.Delete(root);
    }

    // X01: nobody is asked for metadata that cannot be; the download goes on with others.
    [Fact(Timeout = 120_000)]
    public async Task A_size_that_metadata_cannot_have_is_not_used()
    {
        await using Pair pair = await Pair.StartAsync(("a.bin", 100_000));
        Torrent torrent = await pair.Downloader.AddAsync(
            new TorrentSource.Magnet(pair.Magnet), pair.Options with { Peers = [] }, Cancel);
        InfoHash hash = pair.Created.Metainfo.Info.Hashes.Wire;
        int raw = pair.Created.Metainfo.Info.Raw.Length;
        string[] sizes =
            ["0", "-1", "1", "2147483648", "9223372036854775807", "9223372036854775808", "41943040", "", $"{raw}"];
        foreach (string size in sizes)
        {
            using RawPeer peer = await RawPeer.GreetAsync(pair.Downloader.Port, hash);
            string said = size.Length > 0 ? $"13:metadata_sizei{size}e" : "";
            await peer.SendAsync(Extended(0, $"d1:md11:ut_metadatai7ee{said}e"));
            await peer.SendAsync(RawPeer.Numbers(PeerMessageId.Request, uint.MaxValue, 7, 7));
            Assert.Equal(size == $"{raw}", await IsAskedAsync(peer));
        }
        torrent.AddPeer(new IPEndPoint(IPAddress.Loopback, pair.Seeder.Port));
        await torrent.WaitForCompletionAsync(Cancel);
    }

    /// <summary>True when a request for metadata comes before the answer to the last thing that was said.</summary>
    private static async Task<bool> IsAskedAsync(RawPeer peer)
    {
        bool isAsked = false;
        while (true)
        {
            (int length, PeerMessageId id) = await peer.ReadHeadAsync();
            if (id == PeerMessageId.RejectRequest) return isAsked;
            if (id == PeerMessageId.Extended) isAsked |= await peer.ReadByteAsync() == 7;
            await peer.SkipAsync(id == PeerMessageId.Extended ? length - 1 : length);
        }
    }

    private static byte[] Extended(byte id, string message) =>
        RawPeer.Message(PeerMessageId.Extended, [id, .. Encoding.ASCII.GetBytes(message)]);
}
