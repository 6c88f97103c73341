using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Protocol.Tests.Merkle;

public sealed class HashForestLeafTests
{
    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void The_leaves_of_every_piece_are_served_and_proven(TorrentVersion version)
    {
        TestTorrent torrent = HashForestTests.Mixed(version);
        var forest = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        int requests = 0;
        for (int i = 0; i < torrent.Geometry.PieceCount; i++)
        {
            PieceIndex piece = torrent.Geometry.Piece(i);
            byte[] leaves = torrent.Leaves(piece);
            if (!forest.TryLeafRequest(piece, 0, out HashRequest request))
            {
                Assert.Equal(32, leaves.Length);
                continue;
            }
            requests++;
            Assert.True(forest.TryLeafPiece(request, out PieceIndex named));
            Assert.Equal(piece, named);
            byte[] answer = new byte[request.PayloadLength];
            Assert.True(forest.TryServeLeaves(request, leaves, answer, out int written));
            Assert.Equal(answer.Length, written);
            Assert.True(answer.AsSpan(0, leaves.Length).SequenceEqual(leaves));
            Assert.Equal(HashAcceptance.Accepted, forest.VerifyLeaves(request, answer));
            answer[5] ^= 0x10;
            Assert.Equal(HashAcceptance.Invalid, forest.VerifyLeaves(request, answer));
            leaves[5] ^= 0x10;
            Assert.False(forest.TryServeLeaves(request, leaves, answer, out written));
            Assert.Equal(0, written);
        }
        Assert.Equal(6 + 1 + 3 + 1, requests);
    }

    [Fact]
    public void Leaves_with_every_depth_of_proof_fold_to_something_known()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 65536, ("odd", 5 * 65536 + 40000));
        var forest = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        Sha256Hash root = torrent.Info.Files[0].PiecesRoot!.Value;
        int accepted = 0;
        for (uint length = 2; length <= 4; length *= 2)
        for (uint index = 0; index < 24; index += length)
        for (uint proof = 0; proof < 5; proof++)
        {
            var request = new HashRequest(root, 0, index, length, proof);
            Assert.True(forest.TryLeafPiece(request, out PieceIndex piece));
            byte[] answer = new byte[request.PayloadLength];
            Assert.True(forest.TryServeLeaves(request, torrent.Leaves(piece), answer, out int written));
            Assert.Equal(answer.Length, written);
            HashAcceptance wanted = request.TopLayer < 2 ? HashAcceptance.NotRequested : HashAcceptance.Accepted;
            Assert.Equal(wanted, forest.VerifyLeaves(request, answer));
            if (wanted == HashAcceptance.Accepted) accepted++;
            Array.Clear(answer);
            Assert.NotEqual(HashAcceptance.Accepted, forest.VerifyLeaves(request, answer));
        }
        Assert.Equal(12 * 4 + 6 * 5, accepted);
    }

    [Fact]
    public void Pieces_of_more_than_512_leaves_are_asked_for_in_parts()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 16 << 20, ("huge", (16 << 20) + 700 * 16384));
        var forest = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        PieceIndex second = torrent.Geometry.Piece(1);
        Assert.True(forest.TryLeafRequest(second, 699, out HashRequest request));
        Assert.Equal((1536u, 512u), (request.Index, request.Length));
        Assert.Equal(1, request.UncleCount);
        byte[] answer = new byte[request.PayloadLength];
        Assert.True(forest.TryServeLeaves(request, torrent.Leaves(second), answer, out _));
        Assert.Equal(HashAcceptance.Accepted, forest.VerifyLeaves(request, answer));
        Assert.True(answer.AsSpan(188 * 32, 32).IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public void Leaves_are_neither_served_nor_judged_while_the_piece_root_is_missing()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 65536, ("big.bin", 1048576));
        var forest = new HashForest(torrent.Info);
        PieceIndex piece = torrent.Geometry.Piece(3);
        Assert.True(forest.TryLeafRequest(piece, 0, out HashRequest request));
        byte[] answer = new byte[request.PayloadLength];
        Assert.False(forest.TryServeLeaves(request, torrent.Leaves(piece), answer, out _));
        Assert.Equal(HashAcceptance.NotRequested, forest.VerifyLeaves(request, answer));
    }

    [Fact]
    public void A_request_over_several_pieces_or_above_the_leaves_names_no_piece()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 65536, ("big.bin", 1048576));
        var forest = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        Sha256Hash root = torrent.Info.Files[0].PiecesRoot!.Value;
        Assert.False(forest.TryLeafPiece(new HashRequest(root, 0, 0, 8, 0), out _));
        Assert.False(forest.TryLeafPiece(new HashRequest(root, 1, 0, 2, 0), out _));
        Assert.False(forest.TryServeLeaves(
            new HashRequest(root, 0, 0, 4, 0), [], new byte[128], out _));
        Assert.False(forest.TryServeLeaves(
            new HashRequest(root, 0, 0, 4, 0), new byte[5 * 32], new byte[128], out _));
    }
}
