using System.Text;
using Shoal.Protocol.Torrents;
using static Shoal.Protocol.Tests.Bencoding.Bencoded;
using static Shoal.Protocol.Tests.Torrents.TorrentShapes;

namespace Shoal.Protocol.Tests.Torrents;

public sealed class V2InfoTests
{
    private const long LargeLength = TorrentLimits.MaxFileLength;

    public static readonly TheoryData<string, byte[], string> Malformed = new()
    {
        { "no file tree", Dict(("meta version", 2), ("name", "n"), ("piece length", 16384)), "'file tree'" },
        { "file tree is a list", V2(List()), "'file tree'" },
        { "file tree is empty", V2(Dict()), "'file tree'" },
        { "an empty folder", V2(Dict(("a", Leaf(1, Root())), ("d", Dict()))), "'file tree'" },
        { "a file at the root", V2(Leaf(1, Root())), "'file tree'" },
        { "a file beside folders", V2(Dict(("a", Dict(("", Dict(("length", 0))), ("b", Leaf(0)))))), "'file tree'" },
        { "an empty name", V2(Dict(("d", Dict(("", Leaf(1, Root())))))), "'length'" },
        { "a file without its empty key",
            V2(Dict(("a", Dict(("length", 1), ("pieces root", Root()))))), "'file tree'" },
        { "a file that is a number", V2(Dict(("a", Dict(("", 1))))), "'file tree'" },
        { "an entry that is a number", V2(Dict(("a", 1))), "'file tree'" },
        { "a file without length", V2(Dict(("a", Dict(("", Dict(("pieces root", Root()))))))), "'length'" },
        { "length below zero", V2(Dict(("a", Leaf(-1, Root())))), "'length'" },
        { "length of 2^44 - 16384", V2(Dict(("a", Leaf((1L << 44) - 16384, Root()))), 512 << 20), "'length'" },
        { "offsets that overflow", V2(Dict([.. Enumerable.Range(0, 70).Select(i =>
            ((object)$"{i:d2}", (object)Leaf(LargeLength, Root((byte)(i + 1)))))]), 512 << 20), "pieces" },
        { "no root", V2(Dict(("a", Leaf(1)))), "'pieces root'" },
        { "no root of a link without target", V2(Dict(("a", Leaf(1, null, "l")))), "'pieces root'" },
        { "zero root of many pieces", V2(Dict(("a", Leaf(100_000, Root(0))))), "'pieces root'" },
        { "zero root of one piece", V2(Dict(("a", Leaf(1, Root(0))))), "'pieces root'" },
        { "root of 31 bytes", V2(Dict(("a", Leaf(1, Text(new byte[31]))))), "'pieces root'" },
        { "root is a number", V2(Dict(("a", Dict(("", Dict(("length", 1), ("pieces root", 1))))))), "'pieces root'" },
        { "one root and two lengths", V2(Dict(("a", Leaf(1, Root())), ("b", Leaf(2, Root())))), "'pieces root'" },
        { "padding with a root", V2(Dict(("a", Leaf(1, Root(), "p")))), "padding" },
        { "only empty files", V2(Dict(("a", Leaf(0)), ("b", Leaf(0)))), "'length'" },
        { "unsorted files", V2(Dict(("b", Leaf(1, Root())), ("a", Leaf(1, Root())))), "UnsortedKeys" },
        { "a file twice", V2(Dict(("a", Leaf(1, Root())), ("a", Leaf(1, Root())))), "DuplicateKeys" },
        { "a leading zero", V2(Dict(("a", Leaf("i07e"u8.ToArray(), Root())))), "LeadingZeros" },
        { "piece length 32767", V2(Dict(("a", Leaf(1, Root()))), 32767), "'piece length'" },
        { "piece length 16385", V2(Dict(("a", Leaf(1, Root()))), 16385), "'piece length'" },
        { "piece length 8192", V2(Dict(("a", Leaf(1, Root()))), 8192), "'piece length'" },
        { "piece length 2^31 - 1", V2(Dict(("a", Leaf(1, Root()))), int.MaxValue), "'piece length'" },
        { "piece length 2^30", V2(Dict(("a", Leaf(1, Root()))), 1 << 30), "'piece length'" },
        { "no name",
            Dict(("file tree", Dict(("a", Leaf(1, Root())))), ("meta version", 2), ("piece length", 16384)), "'name'" },
        { "107 million pieces", V2(Dict(("a", Leaf(1_760_000_000_000, Root())))), "pieces" },
        { "a tree of 101 levels", V2(Deep(101)), "nested" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_dictionaries_are_refused_by_the_name_of_the_key(string label, byte[] raw, string key)
    {
        AssertNames(Refuse(raw), key, label);
        RefuseFile(Dict(("info", raw)));
    }

    [Fact]
    public void Each_file_begins_a_piece_and_ends_its_last_one_early()
    {
        TorrentInfo info = Load(V2(Dict(
            ("a", Leaf(20_000, Root(1))),
            ("b", Dict(("empty", Leaf(0)), ("exact", Leaf(16384, Root(2))))),
            ("c", Leaf(5, Root(3))),
            ("z", Leaf(0)))));
        Assert.Equal(["a", "b/empty", "b/exact", "c", "z"], info.Files.Select(f => f.DisplayPath));
        Assert.Equal([0, 20_000, 32768, 49152, 49157], info.Files.Select(f => f.Offset));
        Assert.Equal([16384, 3616, 16384, 5], V1InfoTests.Payloads(info));
        Assert.Equal(3616, info.Geometry.Length(info.Geometry.Piece(1)));
        Assert.Equal(36_389, info.Geometry.PayloadTotal);
        Assert.Equal(36_389, info.ContentLength);
        Assert.Equal(TorrentVersion.V2, info.Version);
        Assert.True(info.V1Pieces.IsEmpty);
        Assert.Null(info.Hashes.V1);
        Assert.Null(info.Files[1].PiecesRoot);
        Assert.False(info.IsSingleFile);
    }

    [Fact]
    public void One_file_named_as_the_torrent_is_a_single_file()
    {
        Assert.True(Load(V2(Dict(("n", Leaf(1, Root()))))).IsSingleFile);
        Assert.False(Load(V2(Dict(("m", Leaf(1, Root()))))).IsSingleFile);
        Assert.False(Load(V2(Dict(("n", Dict(("n", Leaf(1, Root()))))))).IsSingleFile);
    }

    [Fact]
    public void Names_need_not_be_text()
    {
        byte[] tree = Dict((Text([0xff, 0xfe]), Leaf(1, Root(1))), (Text([0xff, 0xff, (byte)'x']), Leaf(1, Root(2))));
        Assert.Equal(["\ufffd\ufffd", "\ufffd\ufffdx"], Load(V2(tree)).Files.Select(f => f.DisplayPath));
    }

    [Fact]
    public void Attributes_are_read()
    {
        byte[] link = Dict(("", Dict(("attr", "l"), ("length", 0), ("symlink path", Path("a")))));
        TorrentInfo info = Load(V2(Dict(("a", Leaf(1, Root(), "hx")), ("l", link))));
        Assert.True(info.Files[0].IsExecutable && info.Files[0].IsHidden);
        Assert.Equal(["a"], info.Files[1].SymlinkTarget!.Value);
    }

    [Fact]
    public void The_deepest_tree_that_fits_loads_alone_and_in_a_file()
    {
        byte[] raw = V2(Deep(96));
        Assert.Equal(96, Load(raw).Files[0].Path.Length);
        LoadFile(Dict(("info", raw)));
    }

    [Fact]
    public void A_deep_folder_of_many_files_ends_at_the_limit_of_path_elements()
    {
        var files = new StringBuilder("d");
        for (int i = 10_000; i < 50_000; i++) files.Append("5:").Append(i).Append("d0:d6:lengthi0eee");
        byte[] raw = V2(Deep(90, Encoding.ASCII.GetBytes(files.Append('e').ToString())));
        Assert.Contains("elements in all", Refuse(raw), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] raw = V2(Dict(("a", Leaf(1, Root())), ("b", Leaf(0))));
        for (int length = 0; length < raw.Length; length++) Refuse(raw[..length]);
    }

    [Fact]
    public void A_v2_version_with_v1_files_but_no_pieces_is_read_as_v2()
    {
        byte[] raw = Dict(("file tree", Dict(("a", Leaf(1, Root())))), ("files", List()), ("meta version", 2),
            ("name", "n"), ("piece length", 16384));
        Assert.Equal(TorrentVersion.V2, Load(raw).Version);
    }

    private static byte[] Deep(int levels, byte[]? innermost = null)
    {
        byte[] tree = innermost ?? Leaf(1, Root());
        for (int i = 0; i < levels; i++) tree = Dict(("d", tree));
        return tree;
    }
}
