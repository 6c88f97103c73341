using System.Buffers.Binary;
using System.Text;

namespace Shoal.Protocol;

/// <summary>
/// The 20 bytes by which a client names itself in a handshake and to trackers
/// (<see href="https://www.bittorrent.org/beps/bep_0020.html">BEP 20</see>).
/// </summary>
public readonly record struct PeerId
{
    /// <summary>Bytes in a peer id.</summary>
    public const int Length = 20;

    /// <summary>The name and release that other clients and torrents are told, such as <c>Shoal 0.1.0</c>.</summary>
    public static string ClientName { get; } = $"Shoal {typeof(PeerId).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>What every id of ours begins with: client code SH, version 0.1.0.0 in Azureus style.</summary>
    public static ReadOnlySpan<byte> ClientPrefix => "-SH0100-"u8;

    private readonly ulong _high;
    private readonly ulong _middle;
    private readonly uint _low;

    /// <summary>Reads the id from its 20 raw bytes.</summary>
    /// <exception cref="ArgumentException">The span does not hold exactly 20 bytes.</exception>
    public PeerId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            throw new ArgumentException($"A peer id has {Length} bytes, not {bytes.Length}.", nameof(bytes));
        _high = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _middle = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        _low = BinaryPrimitives.ReadUInt32BigEndian(bytes[16..]);
    }

    /// <summary>An id of ours: the client prefix and twelve bytes that the caller drew at random.</summary>
    /// <exception cref="ArgumentException">There are not exactly twelve random bytes.</exception>
    public static PeerId Ours(ReadOnlySpan<byte> twelveRandomBytes)
    {
        Span<byte> bytes = stackalloc byte[Length];
        ClientPrefix.CopyTo(bytes);
        if (twelveRandomBytes.Length != Length - ClientPrefix.Length)
            throw new ArgumentException("A peer id takes twelve random bytes.", nameof(twelveRandomBytes));
        twelveRandomBytes.CopyTo(bytes[ClientPrefix.Length..]);
        return new PeerId(bytes);
    }

    /// <summary>Writes the 20 raw bytes to the start of <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _middle);
        BinaryPrimitives.WriteUInt32BigEndian(destination[16..], _low);
    }

    /// <summary>The id for people: printable ASCII as it is, every other byte as a dot.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        CopyTo(bytes);
        foreach (ref byte b in bytes)
            if (b is < 0x21 or > 0x7e) b = (byte)'.';
        return Encoding.ASCII.GetString(bytes);
    }
}
