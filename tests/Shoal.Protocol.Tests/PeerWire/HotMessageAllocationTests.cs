using Shoal.Protocol.PeerWire;
using Shoal.TestKit;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class HotMessageAllocationTests
{
    private const int Max = PeerFrame.DefaultMaxBytes;

    private readonly MessageBuffer _buffer = new();
    private readonly byte[] _block = new byte[PieceGeometry.BlockLength];
    private readonly byte[] _header = new byte[PeerMessages.PieceHeaderLength];

    [Fact]
    public void Writing_scanning_and_reading_hot_messages_allocates_nothing()
    {
        Round(50);
        long sum = 0;
        Assert.Equal(0, Allocations.Least(() => sum = Round(500)));
        Assert.NotEqual(0, sum);
    }

    private long Round(int times)
    {
        long sum = 0;
        for (int i = 0; i < times; i++)
        {
            BlockSpan span = Block(i % 10, i % 4);
            PeerMessages.WriteRequest(_buffer, span);
            PeerMessages.WriteHave(_buffer, span.Piece);
            PeerMessages.WriteCancel(_buffer, span);
            PeerMessages.WriteReject(_buffer, span);
            PeerMessages.WriteKeepAlive(_buffer);
            PeerMessages.WriteUnchoke(_buffer);
            PeerMessages.WritePiece(_buffer, span, _block);
            PeerMessages.WritePieceHeader(_header, span);
            FrameScanner.ScanWholeFrames(_buffer.Pending, Max, out int whole);
            sum += ReadAll(_buffer.Pending[..whole]);
            _buffer.Consume(whole);
        }
        return sum;
    }

    private static long ReadAll(ReadOnlySpan<byte> bytes)
    {
        long sum = 0;
        while (!bytes.IsEmpty)
        {
            FrameStatus status = PeerFrame.TryRead(bytes, Max, out PeerFrame frame, out int consumed);
            bytes = bytes[consumed..];
            if (status != FrameStatus.Ok) continue;
            if (frame.TryReadHave(out uint piece)) sum += piece;
            if (frame.TryReadRequest(out piece, out uint begin, out uint length)) sum += piece + begin + length;
            if (frame.TryReadPiece(out piece, out begin, out ReadOnlySpan<byte> block))
                sum += piece + begin + block.Length;
        }
        return sum;
    }
}
