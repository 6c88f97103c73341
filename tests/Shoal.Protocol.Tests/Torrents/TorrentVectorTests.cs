using System.Security.Cryptography;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Protocol.Tests.Torrents;

/// <summary>Info-hashes that were computed with independent implementations of BEP 3 and BEP 52.</summary>
public sealed class TorrentVectorTests
{
    [Theory]
    [InlineData("small.bin", 1000, 16384, "d037d0c973603f656fb02dc19aeef08b254b1e09507bcd191cbe060422768ac8",
        "63f0764a1717fbf32a99d3021ced86249fca82b4", "28b8ca8be5644bacfabffb43c1a6d26325c86f3557fb2d8eb411722e5f124ed3",
        "9ddd4e38391f691a51f765eb9bdfbc31b137b2f2", "cdf8c16e9c1d1381cd2e8b8aaf8aaeccf9a7fb31d5524a73716085c58fccc70e")]
    [InlineData("pat.bin", 49153, 32768, "b4cb91c5f3542c992cef018a9a632237e0b82fce75711615f63044a0321b07ff",
        "af2698e91142120d19dd76370452c6ebf41eddad", "d35bfe3bf3ce518e89555ab79460b6f805b9d810819ac15a1582604cc6659862",
        "e53019aa728937ccf5d84cc25cc9a5b1fbf3bc89", "d1de79bdac576929797dce77d22960df096fd5e654c41c79db9112b7ef46e943")]
    [InlineData("big.bin", 1048576, 65536, "e7110c5da27f597fbb7e037af66ae3b646c00006f38fd7cae1120b2877a5b14a",
        "d5a07ff884fe8c6c1091578b58aea058b68d5a01", "caf630d590e8d8620ad5b61d08595267f469d448f70a3c1bbcaa204b8e94fa7c",
        "254af8f37c0ef888e2e8e66a19e92410e7b5605e", "14633c05cbc01ee3a90671de26da6791b1c40280a38d8f2378cfc523a9d3cb22")]
    public void A_file_of_the_pattern_has_the_known_hashes_in_every_version(
        string name, int size, int pieceLength, string root, string v1, string v2, string hybridV1, string hybridV2)
    {
        TestTorrent old = TestTorrents.Create(TorrentVersion.V1, pieceLength, (name, size));
        TestTorrent modern = TestTorrents.Create(TorrentVersion.V2, pieceLength, (name, size));
        TestTorrent both = TestTorrents.Create(TorrentVersion.Hybrid, pieceLength, (name, size));
        Assert.Equal(v1, old.Info.Hashes.V1?.ToString());
        Assert.Null(old.Info.Hashes.V2);
        Assert.Equal(v2, modern.Info.Hashes.V2?.ToString());
        Assert.Null(modern.Info.Hashes.V1);
        Assert.Equal(root, modern.Info.Files[0].PiecesRoot?.ToString());
        Assert.Equal(root, both.Info.Files[0].PiecesRoot?.ToString());
        Assert.Equal(hybridV1, both.Info.Hashes.V1?.ToString());
        Assert.Equal(hybridV2, both.Info.Hashes.V2?.ToString());
    }

    [Fact]
    public void The_piece_layer_of_the_big_file_is_the_known_one()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 65536, ("big.bin", 1048576));
        ReadOnlyMemory<byte> layer = Assert.Single(torrent.Metainfo.PieceLayers).Value;
        Assert.Equal(512, layer.Length);
        Assert.Equal(
            "f1b54f5cb1c31d2542342bfbabd4ce044c19d33c6986afe7a5d77c97dd475ef9",
            Convert.ToHexStringLower(SHA256.HashData(layer.Span)));
    }

    [Fact]
    public void The_smallest_v1_torrent_has_the_known_hash()
    {
        byte[] raw =
        [
            .. "d6:lengthi1e4:name1:a12:piece lengthi16384e6:pieces20:"u8,
            .. Convert.FromHexString("5ba93c9db0cff93f52b521d7420e43f6eda2784f"), (byte)'e',
        ];
        Assert.True(TorrentInfoReader.TryRead(raw, out TorrentInfo? info, out _));
        Assert.Equal("d4160ff1e785cdfbc8725840431b12bf652654ad", info.Hashes.V1?.ToString());
        Assert.Equal(1, info.Geometry.PieceCount);
        Assert.Equal(1, info.Geometry.PayloadTotal);
    }

    [Theory]
    [InlineData("test64K", 65536, 65536, "c14199bbec64d0e9e439aa3b6b7639e666b86eca",
        "597b180c1a170a585dfc5e85d834d69013ceda174b8f357d5bb1a0ca509faf0a")]
    [InlineData("test1MB", 1048576, 65536, "6c68c1bcc24c65b6fef4724d8234b67e0e9ac6a4",
        "108ac2c3718ce722e6896edc56c4afa98f1d711ecaace7aad74fca418ebd03de")]
    [InlineData("test1MB", 1048576, 65536, null,
        "95e04d0c4bad94ab206efa884666fd89777dbe4f7bd9945af1829037a85c6192")]
    public void A_file_of_zeros_has_the_known_hashes_as_a_hybrid_and_as_v2_alone(
        string name, int size, int pieceLength, string? v1, string v2)
    {
        Sha256Hash root = MerkleTree.Root(TestTorrents.Leaves(new byte[size]), 0, MerkleTree.LeafCount(size));
        TorrentVersion version = v1 is null ? TorrentVersion.V2 : TorrentVersion.Hybrid;
        var builder = TorrentInfoBuilder.Create(
            name, version, pieceLength, true, [new TorrentFile { Path = [name], Length = size, Offset = 0 }]);
        builder = builder with { Files = [builder.Files[0] with { PiecesRoot = root }] };
        IEnumerable<byte[]> pieces = Enumerable.Repeat(SHA1.HashData(new byte[pieceLength]), size / pieceLength);
        if (v1 is not null) builder = builder with { V1Pieces = pieces.SelectMany(hash => hash).ToArray() };
        Assert.True(TorrentInfoReader.TryRead(builder.Build(), out TorrentInfo? info, out _));
        Assert.Equal(v1, info.Hashes.V1?.ToString());
        Assert.Equal(v2, info.Hashes.V2?.ToString());
    }
}
