using System.Buffers.Binary;
using System.Security.Cryptography;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Protocol.Tests.Merkle;

public sealed class HashForestTests
{
    private const int Piece = 32768;

    public static readonly TheoryData<TorrentVersion> Versions = [TorrentVersion.V2, TorrentVersion.Hybrid];

    [Fact]
    public void The_worked_request_is_answered_byte_for_byte()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 65536, ("big.bin", 1048576));
        var forest = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        var request = new HashRequest(torrent.Info.Files[0].PiecesRoot!.Value, 2, 4, 4, 3);
        byte[] answer = new byte[request.PayloadLength];
        Assert.True(forest.TryServe(request, answer, out int written));
        Assert.Equal(6 * 32, written);
        Assert.Equal("88b93854652bfbc980bc7616bf99d56fe14972c95aa4db0c840514eed6093a3f", Hex(answer, 0));
        Assert.Equal("feb1243c87029cf2ba635f0b7be0bb393fec50dad1261e2036d943cf030352e7", Hex(answer, 4));
        Assert.Equal("8a76927326cef27d85cbaec28808d83fe6b533f17a987ad72b31b6a5ff4f7333", Hex(answer, 5));
        byte[] payload = new byte[48 + written];
        request.Root.CopyTo(payload);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(32), request.BaseLayer);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(36), request.Index);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(40), request.Length);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(44), request.ProofLayers);
        answer.CopyTo(payload, 48);
        Assert.Equal(
            "c7559589f89961013fc8ef92c8444df7263389b7e10571af2399dc9960af0f83",
            Convert.ToHexStringLower(SHA256.HashData(payload)));
        Assert.Equal(request.Root, MerkleProof.Climb(request, answer));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void The_root_of_every_piece_is_what_its_leaves_fold_to(TorrentVersion version)
    {
        TestTorrent torrent = Mixed(version);
        var forest = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        Assert.True(forest.HasAllPieceRoots);
        for (int i = 0; i < torrent.Geometry.PieceCount; i++)
        {
            PieceIndex piece = torrent.Geometry.Piece(i);
            Assert.True(forest.HasPieceRoot(piece));
            Assert.True(forest.TryPieceRoot(piece, out Sha256Hash root, out int leafCount));
            Assert.Equal(root, MerkleTree.Root(torrent.Leaves(piece), 0, leafCount));
        }
        Assert.Equal(
            torrent.Metainfo.PieceLayers.Select(l => (l.Key, Convert.ToHexString(l.Value.Span))).Order(ByKey),
            forest.ToPieceLayers().Select(l => (l.Key, Convert.ToHexString(l.Value.Span))).Order(ByKey));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void An_empty_forest_fills_itself_from_a_full_one(TorrentVersion version)
    {
        TestTorrent torrent = Mixed(version);
        var full = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        var empty = new HashForest(torrent.Info);
        Assert.False(empty.HasAllPieceRoots);
        int requests = 0;
        while (empty.TryNextMissing(out HashRequest request))
        {
            byte[] answer = Serve(full, request);
            Assert.False(empty.TryServe(request, new byte[answer.Length], out _));
            Assert.Equal(HashAcceptance.Accepted, empty.Accept(request, answer));
            Assert.Equal(HashAcceptance.AlreadyKnown, empty.Accept(request, answer));
            Assert.InRange(++requests, 1, 10);
        }
        Assert.True(empty.HasAllPieceRoots);
        Assert.Equal(full.ToPieceLayers().Count, empty.ToPieceLayers().Count);
        for (int i = 0; i < torrent.Geometry.PieceCount; i++)
        {
            Assert.True(full.TryPieceRoot(torrent.Geometry.Piece(i), out Sha256Hash wanted, out int wantedLeaves));
            Assert.True(empty.TryPieceRoot(torrent.Geometry.Piece(i), out Sha256Hash root, out int leaves));
            Assert.Equal((wanted, wantedLeaves), (root, leaves));
            Assert.False(empty.TryMissingFor(torrent.Geometry.Piece(i), out _));
        }
    }

    [Theory]
    [InlineData(511, 1, 512)]
    [InlineData(512, 1, 512)]
    [InlineData(513, 2, 2)]
    [InlineData(515, 2, 4)]
    [InlineData(1300, 3, 512)]
    public void Large_layers_come_in_chunks_of_512_in_any_order(int pieces, int chunks, int lastLength)
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 16384, ("large", pieces * 16384 - 3));
        var full = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        var forest = new HashForest(torrent.Info);
        var requests = new List<HashRequest>();
        bool more = forest.TryNextMissing(out HashRequest next);
        for (; more; more = forest.TryMissingAfter(next, out next)) requests.Add(next);
        Assert.Equal(chunks, requests.Count);
        Assert.Equal((uint)lastLength, requests[^1].Length);
        requests.Reverse();
        foreach (HashRequest request in requests)
        {
            Assert.Equal(HashRequestFault.None, full.Check(request));
            PieceIndex piece = torrent.Geometry.Piece((int)request.Index);
            Assert.False(forest.HasPieceRoot(piece));
            Assert.True(forest.TryMissingFor(piece, out HashRequest same));
            Assert.Equal(request, same);
            Assert.Equal(HashAcceptance.Accepted, forest.Accept(request, Serve(full, request)));
            Assert.True(forest.HasPieceRoot(piece));
        }
        Assert.True(forest.HasAllPieceRoots);
        Assert.True(full.ToPieceLayers().Single().Value.Span.SequenceEqual(forest.ToPieceLayers().Single().Value.Span));
    }

    [Fact]
    public void Whatever_is_altered_in_an_answer_is_invalid_and_changes_nothing()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 16384, ("large", 515 * 16384));
        var full = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        var forest = new HashForest(torrent.Info);
        Assert.True(forest.TryMissingFor(torrent.Geometry.Piece(514), out HashRequest request));
        byte[] answer = Serve(full, request);
        Assert.Equal(4 + 8, answer.Length / 32);
        for (int at = 0; at < answer.Length; at += 7)
        {
            answer[at] ^= 1;
            Assert.Equal(HashAcceptance.Invalid, forest.Accept(request, answer));
            answer[at] ^= 1;
        }
        // Three hashes of pieces, then one of padding, which is zero by right, then the uncles.
        foreach (int hash in new[] { 0, 1, 2, 4, 5, 11 })
        {
            byte[] zeroed = [.. answer];
            zeroed.AsSpan(hash * 32, 32).Clear();
            Assert.Equal(HashAcceptance.Invalid, forest.Accept(request, zeroed));
        }
        Assert.Equal(HashAcceptance.Invalid, forest.Accept(request, new byte[answer.Length]));
        Assert.Equal(HashAcceptance.Invalid, forest.Accept(request, answer.AsSpan(32)));
        Assert.Equal(HashAcceptance.Invalid, forest.Accept(request, [.. answer, .. answer.AsSpan(0, 32)]));
        Assert.Equal(HashAcceptance.Invalid, forest.Accept(request, []));
        Assert.False(forest.HasPieceRoot(torrent.Geometry.Piece(514)));
        Assert.Equal(HashAcceptance.Accepted, forest.Accept(request, answer));
    }

    [Fact]
    public void Answers_to_questions_that_are_not_ours_change_nothing()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 65536, ("big.bin", 1048576));
        var full = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        var forest = new HashForest(torrent.Info);
        var request = new HashRequest(torrent.Info.Files[0].PiecesRoot!.Value, 2, 4, 4, 3);
        Assert.Equal(HashAcceptance.NotRequested, forest.Accept(request, Serve(full, request)));
        Assert.Equal(HashAcceptance.NotRequested, forest.Accept(request with { Index = 1 << 30 }, []));
        Assert.False(forest.HasPieceRoot(torrent.Geometry.Piece(4)));
    }

    [Fact]
    public void Every_regular_request_above_the_leaves_is_served_with_a_proof_that_holds()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, Piece, ("odd", 11 * Piece + 5));
        var forest = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        Sha256Hash root = torrent.Info.Files[0].PiecesRoot!.Value;
        int served = 0;
        for (uint layer = 1; layer < 5; layer++)
        for (uint length = 2; length <= 16; length *= 2)
        for (uint index = 0; index < 32; index += length)
        for (uint proof = 0; proof < 6; proof++)
        {
            var request = new HashRequest(root, layer, index, length, proof);
            if (forest.Check(request) != HashRequestFault.None) continue;
            byte[] answer = Serve(forest, request);
            if (request.TopLayer == 5) Assert.Equal(root, MerkleProof.Climb(request, answer));
            served++;
        }
        Assert.Equal(4 * 15 + 3 * 7 + 2 * 3 + 1, served);
    }

    [Fact]
    public void A_v1_torrent_has_no_roots_and_misses_none()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 16384, ("a", 50000));
        var forest = new HashForest(torrent.Info);
        Assert.True(forest.HasAllPieceRoots);
        Assert.False(forest.HasPieceRoot(torrent.Geometry.Piece(0)));
        Assert.False(forest.TryPieceRoot(torrent.Geometry.Piece(0), out _, out _));
        Assert.False(forest.TryNextMissing(out _));
        Assert.False(forest.TryLeafRequest(torrent.Geometry.Piece(0), 0, out _));
    }

    [Fact]
    public void Files_of_the_same_content_share_one_tree()
    {
        TestTorrent one = TestTorrents.Create(TorrentVersion.V2, 16384, ("a", 40000));
        Sha256Hash root = one.Info.Files[0].PiecesRoot!.Value;
        var builder = TorrentInfoBuilder.Create("twins", TorrentVersion.V2, 16384, false,
        [
            new TorrentFile { Path = ["a"], Length = 40000, Offset = 0, PiecesRoot = root },
            new TorrentFile { Path = ["b"], Length = 40000, Offset = 0, PiecesRoot = root },
        ]);
        Assert.True(TorrentInfoReader.TryRead(builder.Build(), out TorrentInfo? info, out string? error), error);
        var forest = new HashForest(info);
        Assert.True(forest.TryNextMissing(out HashRequest request));
        Assert.False(forest.TryMissingAfter(request, out _));
        var full = new HashForest(info, one.Metainfo.PieceLayers);
        Assert.Equal(HashAcceptance.Accepted, forest.Accept(request, Serve(full, request)));
        Assert.True(forest.TryPieceRoot(info.Geometry.Piece(1), out Sha256Hash first, out _));
        Assert.True(forest.TryPieceRoot(info.Geometry.Piece(4), out Sha256Hash second, out _));
        Assert.Equal(first, second);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void A_proof_over_a_zero_hash_or_wrong_padding_is_invalid_even_where_the_root_was_made_so(int at)
    {
        byte[] layer = TestTorrents.Leaves(ContentPattern.Bytes(8 * 16384));
        layer.AsSpan(5 * 32).Clear();
        if (at == 2) layer.AsSpan(at * 32, 32).Clear();
        else Sha256Hash.Of("not padding"u8).CopyTo(layer.AsSpan(at * 32));
        Sha256Hash root = MerkleTree.Root(layer, 0, 8);
        var builder = TorrentInfoBuilder.Create("bad", TorrentVersion.V2, 16384, true,
            [new TorrentFile { Path = ["bad"], Length = 5 * 16384, Offset = 0, PiecesRoot = root }]);
        Assert.True(TorrentInfoReader.TryRead(builder.Build(), out TorrentInfo? info, out string? error), error);
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>> { [root] = layer.AsMemory(0, 5 * 32) };
        var forest = new HashForest(info, layers);
        Assert.True(forest.TryNextMissing(out HashRequest request));
        Assert.Equal(root, MerkleProof.Climb(request, layer));
        Assert.Equal(HashAcceptance.Invalid, forest.Accept(request, layer));
        Assert.False(forest.HasPieceRoot(info.Geometry.Piece(0)));
        Assert.False(MetainfoReader.TryRead(
            MetainfoWriter.Write(new Metainfo { Info = info, PieceLayers = layers }), out _, out error));
        Assert.Contains("'piece layers'", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_that_does_not_fold_is_not_taken()
    {
        TestTorrent torrent = Mixed(TorrentVersion.V2);
        var wrong = torrent.Metainfo.PieceLayers.ToDictionary(
            l => l.Key, l => (ReadOnlyMemory<byte>)l.Value.ToArray().Reverse().ToArray());
        Assert.False(new HashForest(torrent.Info, wrong).HasAllPieceRoots);
    }

    internal static TestTorrent Mixed(TorrentVersion version) => TestTorrents.Create(
        version, Piece,
        ("a", 5 * Piece + 100), ("b/empty", 0), ("b/exact", Piece), ("c", 1), ("d", 3 * Piece), ("e", 20000));

    internal static byte[] Serve(HashForest forest, HashRequest request)
    {
        byte[] answer = new byte[request.PayloadLength];
        Assert.True(forest.TryServe(request, answer, out int written));
        Assert.Equal(answer.Length, written);
        return answer;
    }

    private static string Hex(byte[] hashes, int index) => Convert.ToHexStringLower(hashes, index * 32, 32);

    private static readonly Comparer<(Sha256Hash Key, string)> ByKey =
        Comparer<(Sha256Hash Key, string)>.Create((a, b) => string.CompareOrdinal(a.Key.ToString(), b.Key.ToString()));
}
