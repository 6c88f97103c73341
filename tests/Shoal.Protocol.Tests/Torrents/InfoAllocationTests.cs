using Shoal.Protocol.Torrents;
using Shoal.TestKit;
using static Shoal.Protocol.Tests.Bencoding.Bencoded;
using static Shoal.Protocol.Tests.Torrents.TorrentShapes;

namespace Shoal.Protocol.Tests.Torrents;

/// <summary>T13 and its like: small torrents that claim to be large.</summary>
public sealed class InfoAllocationTests
{
    // The densest input is a list of empty strings: two bytes each, and an index entry of some dozens in memory, the
    // index having grown by doubling. A deep folder comes next, whose path is written once and kept for every file.
    private const int BytesPerByte = 96;

    private const int BytesForAnything = 64 * 1024;

    private const long PieceSpace = TorrentLimits.MaxPieces * 16384L;

    public static readonly TheoryData<string, byte[]> Claims = new()
    {
        { "a v1 file of the most pieces, and one hash", V1Single(PieceSpace, 16384, Pieces(1)) },
        { "padding of the most pieces, and one hash", V1Many(List(File(1, "a"), LongPad(PieceSpace - 1))) },
        { "the same without any hash", V1Many(List(File(1, "a"), LongPad(PieceSpace - 1)), pieces: 0) },
        { "only padding", V1Many(List(LongPad(PieceSpace))) },
        { "pieces of one byte and padding", V1Many(List(File(1, "a"), LongPad(TorrentLimits.MaxPieces - 1)),
            pieceLength: 1) },
        { "many long paddings", V1Many(List([.. Enumerable.Repeat((object)LongPad(PieceSpace / 1000), 1000)])) },
        { "a v2 file of the most pieces", V2(Dict(("n", Leaf(PieceSpace, Root())))) },
        { "a hybrid of the most pieces", Hybrid(
            Dict(("n", Leaf(PieceSpace, Root()))), List(File(PieceSpace, "n")), 1) },
        { "a hybrid with padding", Hybrid(
            Dict(("a", Leaf(1, Root())), ("b", Leaf(1, Root(8)))),
            List(File(1, "a"), LongPad(PieceSpace - 2), File(1, "b")), 1) },
        { "a thousand v2 files of one byte", V2(ManyLeaves(1000)) },
        { "a deep folder of many files", V2(Deep(TorrentLimits.MaxPathDepth - 1, ManyLeaves(2000))) },
        { "a long list of nothing", V1Many(List([.. Enumerable.Repeat((object)"", 50_000)])) },
    };

    [Theory]
    [MemberData(nameof(Claims))]
    public void What_a_torrent_claims_sizes_no_memory(string what, byte[] info)
    {
        long bound = BytesForAnything + ((long)BytesPerByte * info.Length);
        long allocated = Allocations.Least(() => TorrentInfoReader.TryRead(info, out _, out _), enough: bound);
        Assert.True(
            allocated <= bound,
            $"{what}: {info.Length} bytes of a torrent made the reader allocate {allocated}.");
    }

    [Fact]
    public void Padding_that_the_hashes_cover_is_read()
    {
        TorrentInfo info = Load(V1Many(List(File(1, "a"), LongPad((100 * 16384) - 1)), pieces: 100));
        Assert.Equal(1, info.Geometry.PayloadTotal);
    }

    private static byte[] LongPad(long length) =>
        Dict(("attr", "p"), ("length", length), ("path", Path(".pad", "x")));

    private static byte[] ManyLeaves(int count)
    {
        var files = new (object, object)[count];
        for (int i = 0; i < count; i++)
        {
            byte[] root = new byte[32];
            BitConverter.TryWriteBytes(root, i + 1);
            files[i] = ($"{i:0000}", Leaf(1, Text(root)));
        }
        return Dict(files);
    }

    private static byte[] Deep(int levels, byte[] tree)
    {
        for (int i = 0; i < levels; i++) tree = Dict(("d", tree));
        return tree;
    }
}
