using Shoal.Protocol.PeerWire;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class PeerFramePayloadTests
{
    private const int Max = PeerFrame.DefaultMaxBytes;

    private static PeerFrame Frame(byte[] bytes)
    {
        Assert.Equal(FrameStatus.Ok, PeerFrame.TryRead(bytes, Max, out PeerFrame frame, out int used));
        Assert.Equal(bytes.Length, used);
        return frame;
    }

    private static PeerFrame Frame(PeerMessageId id, int payloadLength)
    {
        byte[] bytes = new byte[5 + payloadLength];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(bytes, 1 + payloadLength);
        bytes[4] = (byte)id;
        return Frame(bytes);
    }

    [Fact]
    public void A_request_a_cancel_and_a_reject_read_alike()
    {
        foreach (string id in (string[])["06", "08", "10"])
        {
            PeerFrame frame = Frame(Bytes($"0000000d {id} 00000001 ffffffff 80000000"));
            Assert.True(frame.TryReadRequest(out uint piece, out uint begin, out uint length));
            Assert.Equal((1u, uint.MaxValue, 0x80000000u), (piece, begin, length));
        }
    }

    [Fact]
    public void Numbers_of_pieces_read_by_kind()
    {
        Assert.True(Frame(Bytes("00000005 04 00000007")).TryReadHave(out uint have));
        Assert.True(Frame(Bytes("00000005 0d ffffffff")).TryReadSuggest(out uint suggested));
        Assert.True(Frame(Bytes("00000005 11 00000000")).TryReadAllowedFast(out uint allowed));
        Assert.Equal((7u, uint.MaxValue, 0u), (have, suggested, allowed));
        Assert.False(Frame(Bytes("00000005 0d 00000007")).TryReadHave(out _));
        Assert.False(Frame(Bytes("00000005 04 00000007")).TryReadSuggest(out _));
        Assert.False(Frame(Bytes("00000005 04 00000007")).TryReadAllowedFast(out _));
    }

    [Fact]
    public void A_piece_gives_its_block_without_copying_and_may_be_empty()
    {
        PeerFrame frame = Frame(Bytes("0000000b 07 00000001 00004000 0a0b"));
        Assert.True(frame.TryReadPiece(out uint piece, out uint begin, out ReadOnlySpan<byte> block));
        Assert.Equal((1u, 16384u), (piece, begin));
        Assert.Equal([10, 11], block.ToArray());
        Assert.True(Frame(PeerMessageId.Piece, 8).TryReadPiece(out _, out _, out block));
        Assert.True(block.IsEmpty);
        Assert.False(Frame(PeerMessageId.Piece, 7).TryReadPiece(out _, out _, out _));
    }

    [Fact]
    public void The_longest_block_is_accepted() =>
        Assert.True(Frame(PeerMessageId.Piece, 8 + PeerFrame.MaxBlockBytes).TryReadPiece(out _, out _, out _));

    [Fact]
    public void A_port_and_an_extended_message_read()
    {
        Assert.True(Frame(Bytes("00000003 09 1ae1")).TryReadPort(out ushort port));
        Assert.Equal(6881, port);
        Assert.True(Frame(Bytes("00000004 14 05 0a0b")).TryReadExtended(out byte id, out ReadOnlySpan<byte> message));
        Assert.Equal(5, id);
        Assert.Equal([10, 11], message.ToArray());
        Assert.True(Frame(Bytes("00000002 14 00")).TryReadExtended(out id, out message));
        Assert.Equal(0, id);
        Assert.True(message.IsEmpty);
        Assert.False(Frame(Bytes("00000001 14")).TryReadExtended(out _, out _));
    }

    [Fact]
    public void Sizes_other_than_the_exact_one_are_refused()
    {
        for (int size = 0; size < 4; size++)
        {
            Assert.False(Frame(PeerMessageId.Have, size).TryReadHave(out _));
            Assert.False(Frame(PeerMessageId.SuggestPiece, size).TryReadSuggest(out _));
            Assert.False(Frame(PeerMessageId.AllowedFast, size).TryReadAllowedFast(out _));
        }
        for (int size = 0; size < 12; size++)
        {
            Assert.False(Frame(PeerMessageId.Request, size).TryReadRequest(out _, out _, out _));
            Assert.False(Frame(PeerMessageId.Cancel, size).TryReadRequest(out _, out _, out _));
            Assert.False(Frame(PeerMessageId.RejectRequest, size).TryReadRequest(out _, out _, out _));
        }
        Assert.False(Frame(PeerMessageId.Port, 0).TryReadPort(out _));
        Assert.False(Frame(PeerMessageId.Port, 1).TryReadPort(out _));
        Assert.True(Frame(PeerMessageId.Choke, 0).IsBare);
    }

    [Fact]
    public void No_reader_accepts_another_kind()
    {
        PeerFrame frame = Frame((PeerMessageId)99, 12);
        Assert.False(frame.TryReadHave(out _));
        Assert.False(frame.TryReadRequest(out _, out _, out _));
        Assert.False(frame.TryReadPiece(out _, out _, out _));
        Assert.False(frame.TryReadPort(out _));
        Assert.False(frame.TryReadExtended(out _, out _));
        Assert.False(frame.IsBare);
    }
}
