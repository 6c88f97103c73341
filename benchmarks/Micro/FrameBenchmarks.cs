using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Micro;

/// <summary>The peer wire: finding whole messages in what a receive brought, reading them, writing them.</summary>
public class FrameBenchmarks
{
    private const int Blocks = 16;
    private const int Small = 1024;

    private static readonly PieceGeometry Geometry = PlainTorrent.Geometry(pieces: Small, pieceLength: 1 << 20);

    private readonly byte[] _blocks = BlocksOnTheWire();
    private readonly byte[] _requests = RequestsOnTheWire();
    private readonly MessageBuffer _out = new();

    /// <summary>One receive of 256 KiB, sixteen blocks: where does the last whole message end?</summary>
    [Benchmark(OperationsPerInvoke = Blocks)]
    public int Scan_blocks()
    {
        FrameScanner.ScanWholeFrames(_blocks, PeerFrame.DefaultMaxBytes, out int whole);
        return whole;
    }

    /// <summary>As many requests as one receive brings to a seeder.</summary>
    [Benchmark(OperationsPerInvoke = Small)]
    public int Scan_requests()
    {
        FrameScanner.ScanWholeFrames(_requests, PeerFrame.DefaultMaxBytes, out int whole);
        return whole;
    }

    [Benchmark(OperationsPerInvoke = Blocks)]
    public int Read_blocks()
    {
        int bytes = 0;
        for (ReadOnlySpan<byte> left = _blocks; !left.IsEmpty;)
        {
            PeerFrame.TryRead(left, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int consumed);
            if (frame.TryReadPiece(out uint piece, out uint begin, out ReadOnlySpan<byte> block)
                && Geometry.TrySpan(piece, begin, (uint)block.Length, out BlockSpan span)) bytes += span.Length;
            left = left[consumed..];
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Small)]
    public int Read_requests()
    {
        int bytes = 0;
        for (ReadOnlySpan<byte> left = _requests; !left.IsEmpty;)
        {
            PeerFrame.TryRead(left, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int consumed);
            if (frame.TryReadRequest(out uint piece, out uint begin, out uint length)
                && Geometry.TrySpan(piece, begin, length, out BlockSpan span)) bytes += span.Length;
            left = left[consumed..];
        }

        return bytes;
    }

    [Benchmark(OperationsPerInvoke = Small)]
    public int Write_requests()
    {
        for (int i = 0; i < Small; i++) PeerMessages.WriteRequest(_out, Geometry.Block(Geometry.Piece(i), 0));
        int length = _out.Length;
        _out.Clear();
        return length;
    }

    [Benchmark(OperationsPerInvoke = Small)]
    public int Write_haves()
    {
        for (int i = 0; i < Small; i++) PeerMessages.WriteHave(_out, Geometry.Piece(i));
        int length = _out.Length;
        _out.Clear();
        return length;
    }

    private static byte[] BlocksOnTheWire()
    {
        var buffer = new MessageBuffer();
        byte[] block = new byte[PieceGeometry.BlockLength];
        for (int i = 0; i < Blocks; i++) PeerMessages.WritePiece(buffer, Geometry.Block(Geometry.Piece(0), i), block);
        return buffer.Pending.ToArray();
    }

    private static byte[] RequestsOnTheWire()
    {
        var buffer = new MessageBuffer();
        for (int i = 0; i < Small; i++) PeerMessages.WriteRequest(buffer, Geometry.Block(Geometry.Piece(i), i % 64));
        return buffer.Pending.ToArray();
    }
}
