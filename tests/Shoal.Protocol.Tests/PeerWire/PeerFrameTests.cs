using System.Buffers.Binary;
using Shoal.Protocol.PeerWire;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class PeerFrameTests
{
    private const int Max = PeerFrame.DefaultMaxBytes;

    public static TheoryData<string, string> Messages
    {
        get
        {
            var set = new Bitfield(10);
            set.Set(0);
            set.Set(9);
            return new TheoryData<string, string>
            {
                { "00000000", Hex(PeerMessages.WriteKeepAlive) },
                { "0000000100", Hex(PeerMessages.WriteChoke) },
                { "0000000101", Hex(PeerMessages.WriteUnchoke) },
                { "0000000102", Hex(PeerMessages.WriteInterested) },
                { "0000000103", Hex(PeerMessages.WriteNotInterested) },
                { "000000010e", Hex(PeerMessages.WriteHaveAll) },
                { "000000010f", Hex(PeerMessages.WriteHaveNone) },
                { "000000050400000007", Hex(b => PeerMessages.WriteHave(b, Piece(7))) },
                { "000000050d00000002", Hex(b => PeerMessages.WriteSuggest(b, Piece(2))) },
                { "000000051100000009", Hex(b => PeerMessages.WriteAllowedFast(b, Piece(9))) },
                { "00000003058040", Hex(b => PeerMessages.WriteBitfield(b, set)) },
                { "0000000d06000000030000400000004000", Hex(b => PeerMessages.WriteRequest(b, Block(3, 1))) },
                { "0000000d08000000030000400000004000", Hex(b => PeerMessages.WriteCancel(b, Block(3, 1))) },
                { "0000000d10000000030000400000004000", Hex(b => PeerMessages.WriteReject(b, Block(3, 1))) },
                {
                    "0000000d10ffffffff8000000000000000",
                    Hex(b => PeerMessages.WriteReject(b, uint.MaxValue, 0x80000000, 0))
                },
                { "00000003091ae1", Hex(b => PeerMessages.WritePort(b, 6881)) },
                { "0000000514030a0b0c", Hex(b => PeerMessages.WriteExtended(b, 3, [10, 11, 12])) },
                {
                    "0000000c070000000300004000616263",
                    Hex(b => PeerMessages.WritePiece(b, new BlockSpan(Piece(3), 16384, 3), "abc"u8))
                },
            };
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Each_message_has_the_bytes_of_the_specification(string expected, string written) =>
        Assert.Equal(expected, written);

    [Theory]
    [MemberData(nameof(Messages))]
    public void Each_message_is_read_back_however_it_is_split(string expected, string written)
    {
        StreamDriver driver = StreamDriver.RunEveryWay(Bytes(written));
        SeenFrame seen = Assert.Single(driver.Frames);
        Assert.Equal(0, driver.Unread);
        if (expected == "00000000") Assert.Equal(SeenFrame.KeepAlive, seen);
        else Assert.Equal(expected[8..], $"{(byte)seen.Id!:x2}{seen.Payload.ToLowerInvariant()}");
    }

    [Fact]
    public void A_conversation_is_read_back_however_it_is_split()
    {
        byte[] bytes = Written(buffer =>
        {
            PeerMessages.WriteHaveNone(buffer);
            PeerMessages.WriteKeepAlive(buffer);
            PeerMessages.WriteUnchoke(buffer);
            for (int i = 0; i < 4; i++) PeerMessages.WriteRequest(buffer, Block(1, i));
            PeerMessages.WritePiece(buffer, new BlockSpan(Piece(0), 0, 40), new byte[40]);
            PeerMessages.WriteHave(buffer, Piece(0));
        });
        StreamDriver driver = StreamDriver.RunEveryWay(bytes);
        Assert.Equal(9, driver.Frames.Count);
        Assert.Equal(0, driver.Unread);
        Assert.False(driver.IsClosed);
    }

    [Theory]
    [InlineData(0xffffffffu)]
    [InlineData(0x80000000u)]
    [InlineData(Max + 1u)]
    public void A_length_over_the_limit_closes_with_the_fourth_byte(uint length)
    {
        byte[] prefix = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(prefix, length);
        Assert.Equal(FrameStatus.NeedMore, PeerFrame.TryRead(prefix.AsSpan(0, 3), Max, out _, out _));
        Assert.Equal(FrameStatus.TooLong, PeerFrame.TryRead(prefix, Max, out _, out _));
        Assert.True(StreamDriver.RunEveryWay(prefix).IsClosed);
    }

    [Fact]
    public void The_longest_allowed_length_is_waited_for()
    {
        byte[] bytes = Bytes("00100000 14");
        Assert.Equal(FrameStatus.NeedMore, PeerFrame.TryRead(bytes, Max, out _, out _));
        Assert.Equal(4 + Max, FrameScanner.FrameLength(bytes));
        Assert.Equal(0, FrameScanner.FrameLength(bytes.AsSpan(0, 3)));
    }

    [Theory]
    [InlineData("00000002 00")]
    [InlineData("00000002 0e")]
    [InlineData("00000006 04")]
    [InlineData("00000006 11")]
    [InlineData("0000000e 06")]
    [InlineData("0000000e 10")]
    [InlineData("00000004 09")]
    [InlineData("00000032 15")]
    [InlineData("00000032 17")]
    [InlineData("0002000a 07")]
    [InlineData("00004832 16")]
    public void A_message_longer_than_its_kind_allows_closes_with_the_fifth_byte(string start)
    {
        byte[] bytes = Bytes(start);
        Assert.Equal(FrameStatus.NeedMore, PeerFrame.TryRead(bytes.AsSpan(0, 4), Max, out _, out _));
        Assert.Equal(FrameStatus.TooLong, PeerFrame.TryRead(bytes, Max, out _, out _));
    }

    [Fact]
    public void Whole_frames_before_a_bad_prefix_are_still_counted()
    {
        byte[] bytes = Bytes("0000000101 00000000 ffffffff");
        Assert.Equal(FrameStatus.TooLong, FrameScanner.ScanWholeFrames(bytes, Max, out int whole));
        Assert.Equal(9, whole);
    }

    [Fact]
    public void A_scan_counts_whole_frames_only()
    {
        byte[] bytes = Bytes("0000000101 00000000 0000000d06");
        Assert.Equal(FrameStatus.Ok, FrameScanner.ScanWholeFrames(bytes, Max, out int whole));
        Assert.Equal(9, whole);
        Assert.Equal(FrameStatus.NeedMore, FrameScanner.ScanWholeFrames(bytes.AsSpan(9), Max, out whole));
        Assert.Equal(0, whole);
        Assert.Equal(FrameStatus.NeedMore, FrameScanner.ScanWholeFrames([], Max, out _));
    }

    [Fact]
    public void An_unknown_kind_is_a_frame_like_any_other()
    {
        StreamDriver driver = StreamDriver.RunEveryWay(Bytes("00000004 63 010203 0000000101"));
        SeenFrame[] expected = [new((PeerMessageId)99, "010203"), new(PeerMessageId.Unchoke, "")];
        Assert.Equal(expected, driver.Frames);
    }
}
