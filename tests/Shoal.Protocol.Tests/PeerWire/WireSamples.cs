using Shoal.Protocol.PeerWire;

namespace Shoal.Protocol.Tests.PeerWire;

/// <summary>Values that several tests of the wire use.</summary>
internal static class WireSamples
{
    /// <summary>Ten pieces of 64 KiB.</summary>
    public static PieceGeometry Geometry { get; } = new(64 * 1024, 640 * 1024);

    public static InfoHash Hash { get; } = new(Enumerable.Repeat((byte)0xaa, 20).ToArray());

    public static PeerId Peer { get; } = PeerId.Ours("abcdefghijkl"u8);

    public static PieceIndex Piece(int number) => Geometry.Piece(number);

    public static BlockSpan Block(int piece, int block) => Geometry.Block(Piece(piece), block);

    public static byte[] Written(Action<MessageBuffer> write)
    {
        var buffer = new MessageBuffer();
        write(buffer);
        return buffer.Pending.ToArray();
    }

    public static string Hex(Action<MessageBuffer> write) => Convert.ToHexStringLower(Written(write));

    public static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
