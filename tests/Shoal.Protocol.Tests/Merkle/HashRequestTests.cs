using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Protocol.Tests.Merkle;

public sealed class HashRequestTests
{
    private static readonly TestTorrent Big = TestTorrents.Create(TorrentVersion.V2, 65536, ("big.bin", 1048576));
    private static readonly Sha256Hash Root = Big.Info.Files[0].PiecesRoot!.Value;

    [Theory]
    [InlineData(2, 4, 4, 3, 2)]
    [InlineData(2, 0, 16, 3, 0)]
    [InlineData(2, 0, 16, 0, 0)]
    [InlineData(2, 0, 2, 0, 0)]
    [InlineData(2, 0, 2, 1, 1)]
    [InlineData(0, 0, 4, 5, 4)]
    [InlineData(0, 60, 4, 1, 0)]
    public void Proof_layers_within_the_length_are_counted_but_not_sent(
        uint layer, uint index, uint length, uint proofLayers, int uncles)
    {
        var request = new HashRequest(Root, layer, index, length, proofLayers);
        Assert.Equal(HashRequestFault.None, request.Check());
        Assert.Equal(uncles, request.UncleCount);
        Assert.Equal(32 * ((int)length + uncles), request.PayloadLength);
    }

    [Theory]
    [InlineData(40, 0, 2, 0)]
    [InlineData(6, 0, 2, 0)]
    [InlineData(7, 0, 2, 0)]
    [InlineData(uint.MaxValue, 0, 2, 0)]
    [InlineData(2, 0, 0, 0)]
    [InlineData(2, 0, 1, 0)]
    [InlineData(2, 0, 3, 0)]
    [InlineData(0, 0, 1024, 0)]
    [InlineData(2, 2, 4, 0)]
    [InlineData(2, 16, 4, 0)]
    [InlineData(2, 0, 32, 0)]
    [InlineData(2, 0, 4, 4)]
    [InlineData(2, 0, 4, uint.MaxValue)]
    [InlineData(0, 64, 2, 0)]
    [InlineData(2, 0, 0x80000000, 0)]
    public void Requests_for_what_is_not_there_are_refused(uint layer, uint index, uint length, uint proofLayers)
    {
        var forest = new HashForest(Big.Info, Big.Metainfo.PieceLayers);
        var request = new HashRequest(Root, layer, index, length, proofLayers);
        Assert.Equal(HashRequestFault.Refused, forest.Check(request));
        Assert.False(forest.TryServe(request, new byte[1 << 16], out int written));
        Assert.Equal(0, written);
        Assert.False(forest.TryServeLeaves(request, Big.Leaves(Big.Geometry.Piece(0)), new byte[1 << 16], out _));
    }

    [Theory]
    [InlineData(uint.MaxValue, 2)]
    [InlineData(uint.MaxValue - 1, 2)]
    [InlineData(0x80000000, 0x80000000)]
    public void Numbers_that_overflow_are_told_apart(uint index, uint length)
    {
        var request = new HashRequest(Root, 2, index, length, 3);
        Assert.Equal(HashRequestFault.Overflow, request.Check());
        Assert.Equal(HashRequestFault.Overflow, new HashForest(Big.Info).Check(request));
    }

    // P22
    [Fact]
    public void Padding_and_empty_files_have_no_tree_to_ask_for()
    {
        TestTorrent torrent = TestTorrents.Create(
            TorrentVersion.Hybrid, 32768, ("a", 100), ("b", 0), ("c", 70_000));
        var forest = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        int padding = (int)torrent.Info.Files.First(file => file.IsPadding).Length;
        Sha256Hash[] roots =
        [
            MerkleTree.Root(TestTorrents.Leaves(new byte[padding]), 0, MerkleTree.LeafCount(padding)),
            Sha256Hash.Of(new byte[padding]), Sha256Hash.Of(""u8), default,
        ];
        foreach (Sha256Hash root in roots)
            for (uint layer = 0; layer < 3; layer++)
            {
                var request = new HashRequest(root, layer, 0, 2, 0);
                Assert.Equal(HashRequestFault.Refused, forest.Check(request));
                Assert.False(forest.TryServe(request, new byte[1024], out _));
                Assert.False(forest.TryLeafPiece(request, out _));
            }
        // The file beside them is served, so it is the root that was refused.
        Sha256Hash real = torrent.Info.Files.Last(file => !file.IsPadding).PiecesRoot!.Value;
        Assert.True(forest.TryServe(new HashRequest(real, 1, 0, 2, 0), new byte[1024], out _));
    }

    [Fact]
    public void An_unknown_root_is_refused()
    {
        var forest = new HashForest(Big.Info, Big.Metainfo.PieceLayers);
        var request = new HashRequest(Sha256Hash.Of("x"u8), 2, 4, 4, 3);
        Assert.Equal(HashRequestFault.Refused, forest.Check(request));
        Assert.False(forest.TryServe(request, new byte[1024], out _));
        Assert.Equal(HashAcceptance.NotRequested, forest.Accept(request, new byte[192]));
        Assert.False(forest.TryMissingAfter(request, out _));
        Assert.False(forest.TryLeafPiece(request, out _));
    }
}
