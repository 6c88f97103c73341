using System.Buffers.Text;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.PeerWire;

/// <summary>What a metadata message asks or answers.</summary>
public enum MetadataMessageKind
{
    /// <summary>A type that is not known here; to be ignored, as BEP 9 says.</summary>
    Unknown,

    /// <summary>Asks for a part.</summary>
    Request,

    /// <summary>Brings a part.</summary>
    Data,

    /// <summary>The part will not be served.</summary>
    Reject,
}

/// <summary>
/// A message of <c>ut_metadata</c> (<see href="https://www.bittorrent.org/beps/bep_0009.html">BEP 9</see>), by which
/// the info dictionary travels in parts of 16 KiB. It points into the bytes that it was read from.
/// </summary>
/// <remarks>
/// <code>
///   d 8:msg_type i TYPE e 5:piece i PART e [ 10:total_size i SIZE e ] e [ bytes of the part ]
///   TYPE: 0 request, 1 data, 2 reject
/// </code>
/// The example of a reject in BEP 9 bears the type of data, so a data message without data is read as a reject. The
/// total size in a data message is worth nothing: some clients put the size of the part there. The one in the
/// extension handshake counts.
/// </remarks>
public readonly ref struct MetadataMessage
{
    /// <summary>Bytes of every part but the last.</summary>
    public const int PartLength = 16 * 1024;

    /// <summary>The largest info dictionary that is fetched: 31,457,280 bytes, libtorrent's limit.</summary>
    public const int MaxMetadataBytes = 30 * 1024 * 1024;

    /// <summary>
    /// The smallest that can be one: the keys of a one-byte file with an empty name and one 20-byte hash take more.
    /// </summary>
    public const int MinMetadataBytes = 64;

    /// <summary>Parts that the largest info dictionary has.</summary>
    public const int MaxParts = MaxMetadataBytes / PartLength;

    // The three known keys take some 50 bytes; this leaves room for unknown ones.
    private const int MaxDictionaryBytes = 1024;

    // Two keys with their numbers of at most ten digits, or three, and all the marks between.
    private const int LongestWritten = 80;

    private MetadataMessage(MetadataMessageKind kind, int part, ReadOnlySpan<byte> data)
    {
        Kind = kind;
        Part = part;
        Data = data;
    }

    /// <summary>What it asks or answers.</summary>
    public MetadataMessageKind Kind { get; }

    /// <summary>The part, from 0 and under <see cref="MaxParts"/>; 0 for an unknown kind.</summary>
    public int Part { get; }

    /// <summary>The part's bytes, 1 to <see cref="PartLength"/>; empty unless the kind is data.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>
    /// Reads the message after its extension id. False when it is malformed, names a part that cannot exist or brings
    /// more than a part: such a peer is of no use for metadata.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out MetadataMessage result)
    {
        result = default;
        ReadOnlyMemory<byte> head = message[..Math.Min(message.Length, MaxDictionaryBytes)].ToArray();
        if (!BencodeDocument.TryParse(head, BencodeLimits.PeerMessage, out BencodeDocument? document, out _))
            return false;
        BencodeNode root = document.Root;
        if (!root.TryGet("msg_type"u8, out BencodeNode typeNode) || !typeNode.TryGetInteger(out long type))
            return false;
        if (type is not (0 or 1 or 2)) return true;
        if (!root.TryGet("piece"u8, out BencodeNode partNode) || !partNode.TryGetInteger(out long part)) return false;
        if (part is < 0 or >= MaxParts) return false;

        ReadOnlySpan<byte> data = message[document.ConsumedBytes..];
        if (data.Length > PartLength) return false;
        result = type switch
        {
            0 => new MetadataMessage(MetadataMessageKind.Request, (int)part, default),
            1 when !data.IsEmpty => new MetadataMessage(MetadataMessageKind.Data, (int)part, data),
            _ => new MetadataMessage(MetadataMessageKind.Reject, (int)part, default),
        };
        return true;
    }

    /// <summary>Number of parts of an info dictionary of that size.</summary>
    public static int PartCount(int metadataBytes) => (metadataBytes + PartLength - 1) / PartLength;

    /// <summary>Writes a whole request, prefix included, under the id that the peer gave the extension.</summary>
    public static void WriteRequest(MessageBuffer buffer, byte extensionId, int part) =>
        Write(buffer, extensionId, 0, part, null, default);

    /// <summary>Writes a whole reject, prefix included, under the id that the peer gave the extension.</summary>
    public static void WriteReject(MessageBuffer buffer, byte extensionId, int part) =>
        Write(buffer, extensionId, 2, part, null, default);

    /// <summary>
    /// Writes one part of <paramref name="metadata"/>, prefix included, under the id that the peer gave the extension.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public static void WriteData(MessageBuffer buffer, byte extensionId, int part, ReadOnlySpan<byte> metadata)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(part);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(part, PartCount(metadata.Length));
        ReadOnlySpan<byte> rest = metadata[(part * PartLength)..];
        Write(buffer, extensionId, 1, part, metadata.Length, rest[..Math.Min(PartLength, rest.Length)]);
    }

    private static void Write(
        MessageBuffer buffer, byte extensionId, int type, int part, int? totalSize, ReadOnlySpan<byte> data)
    {
        Span<byte> head = stackalloc byte[LongestWritten];
        int length = 0;
        Append(head, ref length, "d8:msg_typei"u8, type);
        Append(head, ref length, "e5:piecei"u8, part);
        if (totalSize is int size) Append(head, ref length, "e10:total_sizei"u8, size);
        "ee"u8.CopyTo(head[length..]);
        length += 2;
        Span<byte> message = PeerMessages.BeginExtended(buffer, extensionId, length + data.Length);
        head[..length].CopyTo(message);
        data.CopyTo(message[length..]);
    }

    private static void Append(Span<byte> head, ref int length, ReadOnlySpan<byte> text, int number)
    {
        text.CopyTo(head[length..]);
        length += text.Length;
        Utf8Formatter.TryFormat(number, head[length..], out int digits);
        length += digits;
    }
}
