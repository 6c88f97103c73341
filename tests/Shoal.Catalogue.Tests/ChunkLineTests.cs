using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shoal.Engine.Lines;

namespace Shoal.Catalogue.Tests;

public sealed class ChunkLineTests
{
    [Theory]
    [InlineData("GET_CHUNK abc 12\n", "abc", 12, 17)]
    [InlineData("GET_CHUNK abc 12\r\nGET_", "abc", 12, 18)]
    [InlineData("GET_CHUNK abc   0 \n", "abc", 0, 19)]
    public void A_line_is_read_and_what_follows_is_left(string text, string hash, int chunk, int used)
    {
        Assert.Equal(ChunkLineStatus.Line, Read(text, out ChunkLine line, out int taken));
        Assert.Equal((hash, chunk, used), (line.FileHash, line.Chunk, taken));
    }

    [Fact]
    public void Each_start_of_a_line_asks_for_more_and_a_whole_one_may_be_the_end()
    {
        const string Text = "GET_CHUNK 0123456789abcdef0123456789abcdef01234567 42";
        for (int length = 0; length < Text.Length - 1; length++)
            Assert.Equal(ChunkLineStatus.NeedMore, Read(Text[..length], out _, out _));
        Assert.Equal(ChunkLineStatus.WithoutEnd, Read(Text[..^1], out _, out _));
        Assert.Equal(ChunkLineStatus.WithoutEnd, Read(Text, out ChunkLine line, out _));
        Assert.Equal(42, line.Chunk);
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("get_chunk a 1\n")]
    [InlineData("GET_CHUNKS a 1\n")]
    [InlineData("GET_CHUNK\n")]
    [InlineData("GET_CHUNK a\n")]
    [InlineData("GET_CHUNK a \n")]
    [InlineData("GET_CHUNK a -1\n")]
    [InlineData("GET_CHUNK a 1x\n")]
    [InlineData("GET_CHUNK a 1 2\n")]
    [InlineData("GET_CHUNK a 99999999999\n")]
    [InlineData("\u0013BitTorrent protocol")]
    public void Anything_else_is_refused(string text) => Assert.Equal(ChunkLineStatus.Bad, Read(text, out _, out _));

    [Fact]
    public void A_line_without_end_is_refused_at_its_limit()
    {
        string text = "GET_CHUNK " + new string('a', ChunkLine.MaxBytes);
        Assert.Equal(ChunkLineStatus.NeedMore, Read(text[..ChunkLine.MaxBytes], out _, out _));
        Assert.Equal(ChunkLineStatus.Bad, Read(text, out _, out _));
        Assert.Equal(ChunkLineStatus.Bad, Read(text + " 1\n", out _, out _));
    }

    [Fact]
    public void No_bytes_at_all_are_a_fault() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
    {
        ChunkLine.TryRead([.. "GET_CHUNK "u8, .. bytes], out _, out int used);
        Assert.InRange(used, 0, bytes.Length + 10);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_is_sent_is_read_back()
    {
        var line = new ChunkLine(new string('f', 64), 7);
        Assert.Equal(ChunkLineStatus.Line, ChunkLine.TryRead(line.ToBytes(), out ChunkLine read, out _));
        Assert.Equal(line, read);
    }

    private static ChunkLineStatus Read(string text, out ChunkLine line, out int used) =>
        ChunkLine.TryRead(Encoding.Latin1.GetBytes(text), out line, out used);
}
