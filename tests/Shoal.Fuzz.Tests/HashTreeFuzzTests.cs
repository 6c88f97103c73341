using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Fuzz.Tests;

public sealed class HashTreeFuzzTests
{
    private static readonly TestTorrent Torrent =
        TestTorrents.Create(TorrentVersion.V2, 32768, ("a", 21 * 32768 - 20_000), ("b", 40_000), ("c", 100));

    private static readonly HashForest Full = new(Torrent.Info, Torrent.Metainfo.PieceLayers);

    private static readonly byte[] Served = new byte[(HashRequest.MaxLength + 64) * Sha256Hash.Length];

    [Fact]
    public void Hash_messages() => Fuzzer.Run(new FuzzTarget(
        "hash tree", [.. Samples()], input => Receive(input, out _))
    {
        FixedBytes = 32 * 1024, // an empty forest for each input
        Verify = input =>
        {
            Receive(input, out HashForest empty);
            // Whatever was sent: what counts as known afterwards is true.
            for (int i = 0; i < Torrent.Geometry.PieceCount; i++)
            {
                PieceIndex piece = Torrent.Geometry.Piece(i);
                if (!empty.TryPieceRoot(piece, out Sha256Hash root, out int leafCount)) continue;
                Assert.True(Full.TryPieceRoot(piece, out Sha256Hash trueRoot, out int trueLeafCount));
                Assert.Equal((trueRoot, trueLeafCount), (root, leafCount));
            }
        },
    });

    [Fact]
    public void The_samples_are_served_and_accepted()
    {
        byte[][] samples = [.. Samples()];
        Receive(samples[^1], out HashForest forest);
        Assert.True(forest.HasPieceRoot(Torrent.Geometry.Piece(0)));
        Assert.False(forest.HasAllPieceRoots);
    }

    private static IEnumerable<byte[]> Samples()
    {
        Assert.True(Full.TryLeafRequest(Torrent.Geometry.Piece(3), 0, out HashRequest leaves));
        yield return Written(b => PeerMessages.WriteHashRequest(b, leaves));
        byte[] hashes = new byte[leaves.PayloadLength];
        Assert.True(Full.TryServeLeaves(leaves, Torrent.Leaves(Torrent.Geometry.Piece(3)), hashes, out _));
        yield return Written(b => PeerMessages.WriteHashes(b, leaves, hashes));
        var empty = new HashForest(Torrent.Info);
        Assert.True(empty.TryNextMissing(out HashRequest pieces));
        yield return Written(b => PeerMessages.WriteHashRequest(b, pieces));
        byte[] layer = new byte[pieces.PayloadLength];
        Assert.True(Full.TryServe(pieces, layer, out _));
        yield return Written(b => PeerMessages.WriteHashes(b, pieces, layer));
    }

    private static void Receive(byte[] input, out HashForest empty)
    {
        empty = new HashForest(Torrent.Info);
        PeerFrame.TryRead(input, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out _);
        if (frame.TryReadHashRequest(out HashRequest request))
        {
            Full.TryServe(request, Served, out _);
            Full.TryLeafPiece(request, out _);
            Full.TryServeLeaves(request, Served.AsSpan(0, 64), Served.AsSpan(64), out _);
        }
        if (!frame.TryReadHashes(out request, out ReadOnlySpan<byte> hashes)) return;
        Full.VerifyLeaves(request, hashes);
        empty.VerifyLeaves(request, hashes);
        empty.Accept(request, hashes);
        empty.Accept(request, hashes);
    }

    private static byte[] Written(Action<MessageBuffer> write)
    {
        var buffer = new MessageBuffer();
        write(buffer);
        return buffer.Pending.ToArray();
    }
}
