using System.Buffers.Binary;
using System.Net;

namespace Shoal.Protocol.PeerWire;

/// <summary>What a holepunch message asks or tells.</summary>
public enum HolepunchKind : byte
{
    /// <summary>To the relay: introduce me to this peer.</summary>
    Rendezvous = 0,

    /// <summary>From the relay: connect to this peer, it does the same.</summary>
    Connect = 1,

    /// <summary>From the relay: it could not be done.</summary>
    Error = 2,
}

/// <summary>Why a rendezvous failed.</summary>
public enum HolepunchError : uint
{
    /// <summary>It did not fail.</summary>
    None = 0,

    /// <summary>The target address is not valid.</summary>
    NoSuchPeer = 1,

    /// <summary>The relay is not connected to the target.</summary>
    NotConnected = 2,

    /// <summary>The target does not speak the extension.</summary>
    NoSupport = 3,

    /// <summary>The target is the relay itself.</summary>
    NoSelf = 4,
}

/// <summary>
/// A message of <c>ut_holepunch</c> (<see href="https://www.bittorrent.org/beps/bep_0055.html">BEP 55</see>).
/// </summary>
/// <remarks>
/// <code>
///   0      1        2                6 / 18   8 / 20     12 / 24
///   +------+--------+----------------+--------+----------+
///   | kind | family | address 4 / 16 | port   | error    |    family: 0 IPv4, 1 IPv6
///   +------+--------+----------------+--------+----------+
/// </code>
/// Some clients leave the error out where there is none; both lengths are read, the full one is written.
/// </remarks>
/// <param name="Kind">What it asks or tells.</param>
/// <param name="EndPoint">The target, or the peer to connect to.</param>
/// <param name="Error">Why it failed; none unless the kind is error. May be a value the enum does not name.</param>
public readonly record struct HolepunchMessage(HolepunchKind Kind, IPEndPoint EndPoint, HolepunchError Error)
{
    private const int AddressOffset = 2;
    private const int ErrorLength = sizeof(uint);

    /// <summary>Reads the message after its extension id; false unless all of it is as it should be.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out HolepunchMessage result)
    {
        result = default;
        if (message.Length < AddressOffset || message[0] > (byte)HolepunchKind.Error || message[1] > 1) return false;
        var kind = (HolepunchKind)message[0];
        int entry = message[1] == 0 ? CompactEndPoints.V4Length : CompactEndPoints.V6Length;
        bool hasError = message.Length == AddressOffset + entry + ErrorLength;
        if (!hasError && (kind == HolepunchKind.Error || message.Length != AddressOffset + entry)) return false;
        if (!CompactEndPoints.TryReadOne(message.Slice(AddressOffset, entry), out IPEndPoint? endPoint)) return false;
        HolepunchError error = kind == HolepunchKind.Error
            ? (HolepunchError)BinaryPrimitives.ReadUInt32BigEndian(message[^ErrorLength..])
            : HolepunchError.None;
        result = new HolepunchMessage(kind, endPoint!, error);
        return true;
    }

    /// <summary>Writes a whole message, prefix included, under the id that the peer gave the extension.</summary>
    public void Write(MessageBuffer buffer, byte extensionId)
    {
        int entry = CompactEndPoints.LengthOf(EndPoint);
        Span<byte> message = PeerMessages.BeginExtended(buffer, extensionId, AddressOffset + entry + ErrorLength);
        message[0] = (byte)Kind;
        message[1] = entry == CompactEndPoints.V4Length ? (byte)0 : (byte)1;
        CompactEndPoints.Write(EndPoint, message[AddressOffset..]);
        BinaryPrimitives.WriteUInt32BigEndian(message[^ErrorLength..], (uint)Error);
    }
}
