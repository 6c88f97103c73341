using Shoal.Protocol.Torrents;
using Shoal.TestKit;
using static Shoal.Protocol.Tests.Bencoding.Bencoded;
using static Shoal.Protocol.Tests.Torrents.TorrentShapes;

namespace Shoal.Protocol.Tests.Torrents;

public sealed class HybridInfoTests
{
    private static readonly byte[] Tree = Dict(
        ("a", Leaf(100, Root(1))), ("b", Leaf(0)), ("c", Leaf(16384, Root(2))), ("d", Leaf(7, Root(3))));

    public static readonly TheoryData<string, byte[], string> Inconsistent = new()
    {
        { "other name", Hybrid(Tree,
            List(File(100, "x"), Pad(16284), File(0, "b"), File(16384, "c"), File(7, "d")), 3), "name" },
        { "other order", Hybrid(Tree,
            List(File(100, "a"), Pad(16284), File(16384, "c"), File(0, "b"), File(7, "d")), 3), "name" },
        { "other length", Hybrid(Tree,
            List(File(99, "a"), Pad(16285), File(0, "b"), File(16384, "c"), File(7, "d")), 3), "length" },
        { "no padding", Hybrid(Tree, List(File(100, "a"), File(0, "b"), File(16384, "c"), File(7, "d")), 2), "piece" },
        { "padding too short", Hybrid(Tree,
            List(File(100, "a"), Pad(16283), File(0, "b"), File(16384, "c"), File(7, "d")), 3), "piece" },
        { "padding of a piece", Hybrid(Tree,
            List(File(100, "a"), Pad(16284 + 16384), File(0, "b"), File(16384, "c"), File(7, "d")), 4), "piece" },
        { "tail too long", Hybrid(Tree,
            List(File(100, "a"), Pad(16284), File(0, "b"), File(16384, "c"), File(7, "d"), Pad(16378)), 4), "padding" },
        { "file missing in v1", Hybrid(Tree,
            List(File(100, "a"), Pad(16284), File(0, "b"), File(16384, "c")), 2), "more files" },
        { "file missing in v2", Hybrid(Dict(("a", Leaf(100, Root(1)))),
            List(File(100, "a"), Pad(16284), File(7, "d")), 2), "more files" },
        { "single file in v1 alone", Dict(
            ("file tree", Dict(("a", Leaf(5, Root())))), ("length", 5), ("meta version", 2), ("name", "n"),
            ("piece length", 16384), ("pieces", Pieces(1))), "single file" },
        { "single file in v2 alone", Hybrid(Dict(("n", Leaf(5, Root()))), List(File(5, "n")), 1), "single file" },
    };

    [Theory]
    [MemberData(nameof(Inconsistent))]
    public void Halves_that_disagree_are_refused(string label, byte[] raw, string word)
    {
        string error = Refuse(raw);
        AssertNames(error, "inconsistent", label);
        AssertNames(error, word, label);
    }

    [Theory]
    [InlineData(0, 7)]
    [InlineData(16377, 16384)]
    [InlineData(10, 17)]
    public void Padding_after_the_last_file_is_optional(int tail, int lastLength)
    {
        object[] files = [File(100, "a"), Pad(16284), File(0, "b"), File(16384, "c"), File(7, "d")];
        TorrentInfo info = Load(Hybrid(Tree, List(tail == 0 ? files : [.. files, Pad(tail)]), 3));
        Assert.Equal(TorrentVersion.Hybrid, info.Version);
        Assert.Equal([100, 16384, 7], V1InfoTests.Payloads(info));
        Assert.Equal(lastLength, info.Geometry.Length(info.Geometry.Piece(2)));
        Assert.Equal(16491, info.ContentLength);
        Assert.NotNull(info.Hashes.V1);
        Assert.NotNull(info.Hashes.V2);
        Assert.Null(info.Files[1].PiecesRoot);
        Assert.Equal(1, info.Files[0].PiecesRoot!.Value.ToArray()[0]);
    }

    [Fact]
    public void What_we_make_has_padding_after_every_file_that_needs_it()
    {
        TestTorrent torrent = TestTorrents.Create(
            TorrentVersion.Hybrid, 16384, ("b", 16384), ("a", 100), ("d/e", 5), ("c", 0));
        Assert.Equal(["a", ".pad/16284", "b", "c", "d/e", ".pad/16379"], torrent.Info.Files.Select(f => f.DisplayPath));
        Assert.Equal([false, true, false, false, false, true], torrent.Info.Files.Select(f => f.IsPadding));
        Assert.Equal([100, 16384, 5], V1InfoTests.Payloads(torrent.Info));
    }

    [Fact]
    public void A_flawed_hybrid_is_refused_as_a_v2_torrent_is()
    {
        byte[] raw = Dict(
            ("files", List(File(5, "a"))), ("file tree", Dict(("a", Leaf(5, Root())))), ("meta version", 2),
            ("name", "n"), ("piece length", 16384), ("pieces", Pieces(1)));
        Assert.Contains("canonical", Refuse(raw), StringComparison.Ordinal);
    }
}
