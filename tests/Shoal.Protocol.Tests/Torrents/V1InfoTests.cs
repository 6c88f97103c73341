using Shoal.Protocol.Torrents;
using static Shoal.Protocol.Tests.Bencoding.Bencoded;
using static Shoal.Protocol.Tests.Torrents.TorrentShapes;

namespace Shoal.Protocol.Tests.Torrents;

public sealed class V1InfoTests
{
    public static readonly TheoryData<string, byte[], string> Malformed = new()
    {
        { "info is a string", "5:hello"u8.ToArray(), "'info'" },
        { "info is a list", "le"u8.ToArray(), "'info'" },
        { "no piece length", Dict(("length", 1), ("name", "a"), ("pieces", Pieces(1))), "'piece length'" },
        { "piece length is a string", V1Single(1, "16384", Pieces(1)), "'piece length'" },
        { "piece length below zero", V1Single(1, -16384, Pieces(1)), "'piece length'" },
        { "piece length zero", V1Single(1, 0, Pieces(1)), "'piece length'" },
        { "piece length 2^32+16384", V1Single(1, 4294983680L, Pieces(1)), "'piece length'" },
        { "piece length 2^63-1", V1Single(1, long.MaxValue, Pieces(1)), "'piece length'" },
        { "piece length over 512 MiB", V1Single(1, (512 << 20) + 1, Pieces(1)), "'piece length'" },
        { "no name", Dict(("length", 1), ("piece length", 16384), ("pieces", Pieces(1))), "'name'" },
        { "name is a number", V1Single(1, 16384, Pieces(1), 5), "'name'" },
        { "name is a list", V1Single(1, 16384, Pieces(1), List("a")), "'name'" },
        { "single length below zero", V1Single(-425, 16384, Pieces(1)), "'length'" },
        { "single length is a string", V1Single("5", 16384, Pieces(1)), "'length'" },
        { "single length 8 EiB", V1Single(long.MaxValue, 16384, Pieces(1)), "'length'" },
        { "single length 2^44", V1Single(1L << 44, 512 << 20, Pieces(1)), "'length'" },
        { "single file of no bytes", V1Single(0, 16384, Pieces(0)), "'length'" },
        { "both length and files", Dict(("files", List(File(1, "a"))), ("length", 1), ("name", "n"),
            ("piece length", 16384), ("pieces", Pieces(1))), "both 'length' and 'files'" },
        { "neither length nor files", Dict(("name", "n"), ("piece length", 16384), ("pieces", Pieces(1))), "neither" },
        { "files is a dictionary", V1Many(Dict()), "'files'" },
        { "files is empty", V1Many(List()), "'files'" },
        { "a file is a number", V1Many(List(1)), "'files'" },
        { "file length below zero", V1Many(List(File(-45, "a"))), "'length'" },
        { "file length is a list", V1Many(List(File(List(), "a"))), "'length'" },
        { "file without length", V1Many(List(Dict(("path", Path("a"))))), "'length'" },
        { "file length 8 EiB", V1Many(List(File(1, "a"), File(long.MaxValue, "b"))), "'length'" },
        { "many of the longest files", V1Many(
            List(Enumerable.Repeat((object)File(TorrentLimits.MaxFileLength, "a"), 70).ToArray()),
            pieceLength: 512 << 20), "pieces" },
        { "file without path", V1Many(List(Dict(("length", 1)))), "'path'" },
        { "path is a string", V1Many(List(Dict(("length", 1), ("path", "a")))), "'path'" },
        { "a number in a path", V1Many(List(Dict(("length", 1), ("path", List("a", 1))))), "'path'" },
        { "a path of 101 elements", V1Many(List(File(1, Enumerable.Repeat("d", 101).ToArray()))), "'path'" },
        { "a number in a link's target", V1Many(List(File(1, "a"), Dict(("attr", "l"), ("length", 0),
            ("path", Path("b")), ("symlink path", List(1))))), "'symlink path'" },
        { "a link's target is a string", V1Many(List(Dict(("attr", "l"), ("length", 0),
            ("path", Path("b")), ("symlink path", "a")))), "'symlink path'" },
        { "pieces is a number",
            Dict(("length", 1), ("name", "a"), ("piece length", 16384), ("pieces", 5)), "'pieces'" },
        { "no pieces", Dict(("length", 1), ("name", "a"), ("piece length", 16384)), "'pieces'" },
        { "pieces of 24 bytes", V1Single(1, 16384, Text(new byte[24])), "'pieces'" },
        { "a piece too few", V1Single(16385, 16384, Pieces(1)), "'pieces'" },
        { "a piece too many", V1Single(16384, 16384, Pieces(2)), "'pieces'" },
        { "107 million pieces", V1Single(1_760_000_000_000, 16384, Pieces(1)), "pieces" },
        { "107 million pieces of many files",
            V1Many(List(File(880_000_000_000, "a"), File(880_000_000_000, "b"))), "pieces" },
        { "only empty files", V1Many(List(File(0, "a"), File(0, "b")), 0), "'length'" },
        { "only empty files and padding", V1Many(List(File(0, "a"), Pad(16384))), "'length'" },
        { "meta version 3", Dict(("length", 1), ("meta version", 3), ("name", "a"), ("piece length", 16384),
            ("pieces", Pieces(1))), "'meta version'" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_dictionaries_are_refused_by_the_name_of_the_key(string label, byte[] raw, string key)
    {
        AssertNames(Refuse(raw), key, label);
        AssertNames(RefuseFile(Dict(("info", raw))), key, label);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    [InlineData(1000, 16385)]
    [InlineData(1, 512 * 1024 * 1024)]
    public void Any_piece_length_up_to_512_MiB_is_taken(int length, int pieceLength)
    {
        TorrentInfo info = Load(V1Single(length, pieceLength, Pieces((length + pieceLength - 1) / pieceLength)));
        Assert.Equal(pieceLength, info.Geometry.PieceLength);
        Assert.Equal(length, info.Geometry.TotalLength);
        Assert.Equal(TorrentVersion.V1, info.Version);
    }

    [Fact]
    public void A_single_file_is_named_as_the_torrent()
    {
        TorrentInfo info = Load(V1Single(1, 16384, Pieces(1), "tést"));
        Assert.True(info.IsSingleFile);
        Assert.Equal(["tést"], Assert.Single(info.Files).Path);
        Assert.Equal(1, info.ContentLength);
        Assert.Equal(20, info.V1PieceHash(info.Geometry.Piece(0)).Length);
        Assert.Null(info.Hashes.V2);
    }

    [Fact]
    public void Files_lie_end_to_end_and_empty_ones_take_no_room()
    {
        TorrentInfo info = Load(V1Many(List(File(0, "e"), File(10_000, "a", "b"), File(0, "f"), File(10_000, "c")), 2));
        Assert.Equal([0, 0, 10_000, 10_000], info.Files.Select(f => f.Offset));
        Assert.Equal(["e", "a/b", "f", "c"], info.Files.Select(f => f.DisplayPath));
        Assert.Equal((2, 20_000), (info.Geometry.PieceCount, info.Geometry.PayloadTotal));
        Assert.False(info.IsSingleFile);
    }

    [Fact]
    public void Names_are_taken_as_they_are_and_what_is_not_text_is_replaced()
    {
        string[] names = ["..", "/etc/passwd", "CON", "a\u202Eb", "", "x ", "C:\\a", new string('n', 300), "nul\0x"];
        TorrentInfo info = Load(V1Many(List([.. names.Select(name => (object)File(1, name)), File(1)])));
        Assert.Equal([.. names, ""], info.Files.Select(f => Assert.Single(f.Path)));
        byte[] overlong = Dict(("length", 1), ("path", List(Text([0xc0, 0xae, (byte)'a', 0xff]))));
        Assert.Equal("\ufffd\ufffda\ufffd", Assert.Single(Load(V1Many(List(overlong))).Files).DisplayPath);
    }

    [Fact]
    public void Utf8_twins_of_names_win()
    {
        byte[] file = Dict(("length", 1), ("path", List("old")), ("path.utf-8", List("new")));
        byte[] raw = Dict(("files", List(file)), ("name", "plain"), ("name.utf-8", "better"), ("piece length", 16384),
            ("pieces", Pieces(1)));
        TorrentInfo info = Load(raw);
        Assert.Equal(("better", "new"), (info.Name, info.Files[0].DisplayPath));
        byte[] broken = Dict(("length", 1), ("path", List("old")), ("path.utf-8", 7));
        Assert.Equal("old", Load(V1Many(List(broken))).Files[0].DisplayPath);
    }

    [Fact]
    public void Attributes_are_read_and_links_take_no_bytes()
    {
        byte[] link = Dict(("attr", "lx"), ("length", 5), ("path", Path("link")), ("symlink path", Path("..", "x")));
        byte[] empty = Dict(("attr", "l"), ("length", 5), ("path", Path("empty")), ("symlink path", List()));
        byte[] bare = Dict(("attr", "l"), ("length", 5), ("path", Path("bare")));
        byte[] hidden = Dict(("attr", "hx?"), ("length", 4), ("path", Path("hidden")));
        TorrentInfo info = Load(V1Many(List(link, empty, bare, hidden)));
        Assert.Equal(["..", "x"], info.Files[0].SymlinkTarget!.Value);
        Assert.Empty(info.Files[1].SymlinkTarget!.Value);
        Assert.Null(info.Files[2].SymlinkTarget);
        Assert.Equal([0, 0, 5, 4], info.Files.Select(f => f.Length));
        TorrentFile last = info.Files[3];
        Assert.Equal((true, true, false), (last.IsExecutable, last.IsHidden, last.IsPadding));
    }

    [Theory]
    [InlineData("i1e", true)]
    [InlineData("i0e", false)]
    [InlineData("i2e", false)]
    [InlineData("1:1", false)]
    [InlineData("i-1e", false)]
    public void Only_the_number_one_makes_a_torrent_private(string value, bool isPrivate)
    {
        byte[] raw = Dict(("length", 1), ("name", "a"), ("piece length", 16384), ("pieces", Pieces(1)),
            ("private", System.Text.Encoding.ASCII.GetBytes(value)));
        Assert.Equal(isPrivate, Load(raw).IsPrivate);
    }

    [Fact]
    public void Unsorted_keys_and_leading_zeros_load_and_the_hash_is_over_the_bytes()
    {
        byte[] one = "i01e"u8.ToArray();
        byte[] raw = Dict(("name", "a"), ("length", one), ("pieces", Pieces(1)), ("piece length", 16384));
        Assert.Equal(InfoHash.OfV1(raw), Load(raw).Hashes.V1);
        Assert.Equal(InfoHash.OfV1(raw), LoadFile(Dict(("info", raw), ("announce", "x"))).Info.Hashes.V1);
    }

    [Fact]
    public void Padding_at_the_end_of_pieces_is_not_payload()
    {
        TorrentInfo info = Load(V1Many(
            List(File(100, "a"), Pad(16284), File(20_000, "b"), Pad(10_000), File(0, "e"), Pad(2768), File(5, "c"),
                Pad(32768 - 5)), 5));
        Assert.Equal([100, 16384, 3616, 5, 0], Payloads(info));
        Assert.Equal(20_105, info.Geometry.PayloadTotal);
        Assert.Equal(20_105, info.ContentLength);
        Assert.Equal(16384, info.Geometry.Length(info.Geometry.Piece(4)));
        Assert.Equal(0, info.Geometry.BlockCount(info.Geometry.Piece(4)));
    }

    [Fact]
    public void Padding_inside_a_piece_stays_payload()
    {
        TorrentInfo info = Load(V1Many(List(File(100, "a"), Pad(50), File(20_000, "b"), Pad(30)), 2));
        Assert.Equal([16384, 20_150 - 16384], Payloads(info));
        TorrentInfo tail = Load(V1Many(List(File(16384, "a"), Pad(30)), 2));
        Assert.Equal([16384, 0], Payloads(tail));
    }

    [Fact]
    public void Padding_needs_no_name()
    {
        TorrentInfo info = Load(V1Many(List(File(1, "a"), Dict(("attr", "p"), ("length", 16383)))));
        Assert.Equal((true, ".pad/16383"), (info.Files[1].IsPadding, info.Files[1].DisplayPath));
    }

    [Fact]
    public void The_bytes_are_copied()
    {
        byte[] raw = V1Single(1, 16384, Pieces(1));
        Assert.True(TorrentInfoReader.TryRead(raw, out TorrentInfo? info, out _));
        Array.Clear(raw);
        Assert.Equal(info.Hashes.V1, InfoHash.OfV1(info.Raw.Span));
        Assert.True(info.Raw.Span[0] == (byte)'d');
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] raw = V1Many(List(File(1, "a"), Pad(16383)));
        for (int length = 0; length < raw.Length; length++) Refuse(raw[..length]);
        Refuse([.. raw, (byte)'e']);
    }

    [Fact]
    public void An_info_dictionary_over_the_limit_is_refused() =>
        Assert.Contains("bytes", Refuse(new byte[TorrentLimits.MaxInfoBytes + 1]), StringComparison.Ordinal);

    internal static int[] Payloads(TorrentInfo info)
    {
        int[] payloads = new int[info.Geometry.PieceCount];
        for (int i = 0; i < payloads.Length; i++) payloads[i] = info.Geometry.PayloadLength(info.Geometry.Piece(i));
        return payloads;
    }
}
