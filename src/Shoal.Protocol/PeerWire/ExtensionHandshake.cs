using System.Diagnostics.CodeAnalysis;
using System.Net;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// The first message of the extension protocol
/// (<see href="https://www.bittorrent.org/beps/bep_0010.html">BEP 10</see>; <c>metadata_size</c> BEP 9,
/// <c>upload_only</c> BEP 21). All of it is optional, null being "not said", and all of it is the word of a stranger.
/// It may be sent again at any time and then adds to what was said.
/// </summary>
public sealed record ExtensionHandshake
{
    /// <summary>The longest handshake that is looked at: 256 KiB. Real ones have some hundred bytes.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>UTF-16 units that are kept of the client's name.</summary>
    public const int MaxClientChars = 128;

    /// <summary>
    /// Requests that a peer may claim to queue; a greater claim is taken as this. rTorrent says 2048 and libtorrent
    /// 2000, and no window needs more than this even on long, fast lines.
    /// </summary>
    public const int MaxRequestQueue = 64 * 1024;

    // Room for ten thousand names in the dictionary of extensions, of which five are of interest.
    private static readonly BencodeLimits Limits = new(16, 25_000, AllowTrailingBytes: true);

    /// <summary>Under which ids the sender takes which messages.</summary>
    public ExtensionIds Ids { get; init; }

    /// <summary>TCP port on which the sender accepts connections, 1 to 65535.</summary>
    public int? ListenPort { get; init; }

    /// <summary>Name and version of the sender's program; when read, already fit to be shown.</summary>
    public string? Client { get; init; }

    /// <summary>The receiver's address as the sender sees it. One liar can say anything: many voices count.</summary>
    public IPAddress? YourAddress { get; init; }

    /// <summary>The sender's own IPv4 address.</summary>
    public IPAddress? IPv4 { get; init; }

    /// <summary>The sender's own IPv6 address.</summary>
    public IPAddress? IPv6 { get; init; }

    /// <summary>Requests that the sender queues without dropping any, 1 to <see cref="MaxRequestQueue"/>.</summary>
    public int? RequestQueue { get; init; }

    /// <summary>
    /// Bytes of the info dictionary, within <see cref="MetadataMessage.MinMetadataBytes"/> and
    /// <see cref="MetadataMessage.MaxMetadataBytes"/>.
    /// </summary>
    public int? MetadataSize { get; init; }

    /// <summary>True when the sender wants nothing more, though it may not have everything.</summary>
    public bool? UploadOnly { get; init; }

    /// <summary>Seconds since the sender had everything, or -1 while it has not.</summary>
    public int? CompleteAgo { get; init; }

    /// <summary>
    /// Reads the message after its extension id 0. Values that make no sense are taken as not said; false only when
    /// it is too long or no dictionary.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> message, [NotNullWhen(true)] out ExtensionHandshake? handshake)
    {
        handshake = null;
        if (message.Length > MaxBytes) return false;
        if (!BencodeDocument.TryParse(message.ToArray(), Limits, out BencodeDocument? document, out _)) return false;
        BencodeNode root = document.Root;
        if (root.Kind != BencodeKind.Dictionary) return false;
        root.TryGet("m"u8, out BencodeNode map);
        long? queue = Number(root, "reqq"u8, 1, long.MaxValue);
        handshake = new ExtensionHandshake
        {
            Ids = ExtensionIds.Read(map),
            ListenPort = (int?)Number(root, "p"u8, 1, ushort.MaxValue),
            Client = root.TryGet("v"u8, BencodeKind.String, out BencodeNode client)
                ? DisplayText.Of(client.Bytes, MaxClientChars)
                : null,
            YourAddress = Address(root, "yourip"u8, 4) ?? Address(root, "yourip"u8, 16),
            IPv4 = Address(root, "ipv4"u8, 4),
            IPv6 = Address(root, "ipv6"u8, 16),
            RequestQueue = queue is long claimed ? (int)Math.Min(claimed, MaxRequestQueue) : null,
            MetadataSize = (int?)Number(
                root, "metadata_size"u8, MetadataMessage.MinMetadataBytes, MetadataMessage.MaxMetadataBytes),
            UploadOnly = Number(root, "upload_only"u8, long.MinValue, long.MaxValue) is long flag ? flag != 0 : null,
            CompleteAgo = (int?)Number(root, "complete_ago"u8, -1, int.MaxValue),
        };
        return true;
    }

    /// <summary>What is known after a later handshake: what it says, and of the rest what this one said.</summary>
    public ExtensionHandshake Merge(ExtensionHandshake later) => new()
    {
        Ids = Ids.Merge(later.Ids),
        ListenPort = later.ListenPort ?? ListenPort,
        Client = later.Client ?? Client,
        YourAddress = later.YourAddress ?? YourAddress,
        IPv4 = later.IPv4 ?? IPv4,
        IPv6 = later.IPv6 ?? IPv6,
        RequestQueue = later.RequestQueue ?? RequestQueue,
        MetadataSize = later.MetadataSize ?? MetadataSize,
        UploadOnly = later.UploadOnly ?? UploadOnly,
        CompleteAgo = later.CompleteAgo ?? CompleteAgo,
    };

    /// <summary>Writes the whole message, prefix included, with what is not null.</summary>
    public void Write(MessageBuffer buffer)
    {
        var writer = new BencodeWriter();
        writer.BeginDictionary();
        if (CompleteAgo is int ago) writer.Pair("complete_ago"u8, ago);
        WriteAddress(writer, "ipv4"u8, IPv4);
        WriteAddress(writer, "ipv6"u8, IPv6);
        writer.Key("m"u8);
        Ids.Write(writer);
        if (MetadataSize is int size) writer.Pair("metadata_size"u8, size);
        if (ListenPort is int port) writer.Pair("p"u8, port);
        if (RequestQueue is int queue) writer.Pair("reqq"u8, queue);
        if (UploadOnly is bool uploadOnly) writer.Pair("upload_only"u8, uploadOnly ? 1 : 0);
        if (Client is not null) writer.Pair("v"u8, Client);
        WriteAddress(writer, "yourip"u8, YourAddress is null ? null : CompactEndPoints.Plain(YourAddress));
        writer.End();
        PeerMessages.WriteExtended(buffer, 0, writer.Written.Span);
    }

    private static long? Number(BencodeNode root, ReadOnlySpan<byte> key, long min, long max) =>
        root.TryGet(key, out BencodeNode node) && node.TryGetInteger(out long value) && value >= min && value <= max
            ? value
            : null;

    private static IPAddress? Address(BencodeNode root, ReadOnlySpan<byte> key, int length) =>
        root.TryGet(key, BencodeKind.String, out BencodeNode node) && node.Bytes.Length == length
            ? CompactEndPoints.Plain(new IPAddress(node.Bytes))
            : null;

    private static void WriteAddress(BencodeWriter writer, ReadOnlySpan<byte> key, IPAddress? address)
    {
        if (address is null) return;
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        writer.Pair(key, bytes[..length]);
    }
}
