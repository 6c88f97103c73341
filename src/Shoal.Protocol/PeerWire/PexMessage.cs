using System.Diagnostics.CodeAnalysis;
using System.Net;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// A message of <c>ut_pex</c> (<see href="https://www.bittorrent.org/beps/bep_0011.html">BEP 11</see>): peers that
/// the sender got to know and peers that it lost since its last message.
/// </summary>
/// <remarks>
/// <code>
///   added     6 bytes a peer      added.f   1 byte a peer      added6    18 bytes a peer     added6.f
///   dropped   6 bytes a peer                                   dropped6  18 bytes a peer
/// </code>
/// The text of BEP 11 calls <c>dropped</c> a list of IPv6 addresses; it is IPv4, as <c>dropped6</c> shows.
/// </remarks>
public sealed class PexMessage
{
    /// <summary>The longest message that is looked at: 500 KiB, as in libtorrent.</summary>
    public const int MaxBytes = 500 * 1024;

    /// <summary>Peers of each kind that a message may bring by BEP 11, and that are written to one.</summary>
    public const int UsualPeers = 50;

    /// <summary>
    /// Peers of each kind that are read from a message or written to the first one. BEP 11 exempts the first message
    /// from its limit; this is ours, so that a liar fills no memory.
    /// </summary>
    public const int MaxPeers = 100;

    private PexMessage(IReadOnlyList<PexPeer> added, IReadOnlyList<IPEndPoint> dropped)
    {
        Added = added;
        Dropped = dropped;
    }

    /// <summary>Peers that the sender is connected to now, at most <see cref="MaxPeers"/>.</summary>
    public IReadOnlyList<PexPeer> Added { get; }

    /// <summary>Peers that the sender is no longer connected to, at most <see cref="MaxPeers"/>.</summary>
    public IReadOnlyList<IPEndPoint> Dropped { get; }

    /// <summary>
    /// Reads the message after its extension id. Entries with port 0, incomplete ones and those over the limit are
    /// left out; false when it is too long or no dictionary.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> message, [NotNullWhen(true)] out PexMessage? result)
    {
        result = null;
        if (message.Length > MaxBytes) return false;
        BencodeLimits limits = BencodeLimits.PeerMessage;
        if (!BencodeDocument.TryParse(message.ToArray(), limits, out BencodeDocument? document, out _)) return false;
        BencodeNode root = document.Root;
        if (root.Kind != BencodeKind.Dictionary) return false;
        var added = new List<PexPeer>();
        ReadAdded(Value(root, "added"u8), Value(root, "added.f"u8), CompactEndPoints.V4Length, added);
        ReadAdded(Value(root, "added6"u8), Value(root, "added6.f"u8), CompactEndPoints.V6Length, added);
        var dropped = new List<IPEndPoint>();
        CompactEndPoints.ReadV4(Value(root, "dropped"u8), MaxPeers, dropped);
        CompactEndPoints.ReadV6(Value(root, "dropped6"u8), MaxPeers - dropped.Count, dropped);
        result = new PexMessage(added, dropped);
        return true;
    }

    /// <summary>
    /// Writes a whole message, prefix included, under the id that the peer gave the extension. Of each list only the
    /// first <see cref="UsualPeers"/> go out, in the first message to a peer <see cref="MaxPeers"/>; the caller keeps
    /// the rest for the next message.
    /// </summary>
    public static void Write(
        MessageBuffer buffer,
        byte extensionId,
        IReadOnlyList<PexPeer> added,
        IReadOnlyList<IPEndPoint> dropped,
        bool isFirst)
    {
        int most = isFirst ? MaxPeers : UsualPeers;
        int addedCount = Math.Min(added.Count, most);
        int droppedCount = Math.Min(dropped.Count, most);
        var four = new MessageBuffer();
        var six = new MessageBuffer();
        var fourFlags = new MessageBuffer();
        var sixFlags = new MessageBuffer();
        for (int i = 0; i < addedCount; i++)
        {
            bool isFour = Append(added[i].EndPoint, four, six);
            (isFour ? fourFlags : sixFlags).Write([(byte)added[i].Flags]);
        }
        var writer = new BencodeWriter();
        writer.BeginDictionary();
        writer.Pair("added"u8, four.Pending);
        writer.Pair("added.f"u8, fourFlags.Pending);
        writer.Pair("added6"u8, six.Pending);
        writer.Pair("added6.f"u8, sixFlags.Pending);
        four.Clear();
        six.Clear();
        for (int i = 0; i < droppedCount; i++) Append(dropped[i], four, six);
        writer.Pair("dropped"u8, four.Pending);
        writer.Pair("dropped6"u8, six.Pending);
        writer.End();
        PeerMessages.WriteExtended(buffer, extensionId, writer.Written.Span);
    }

    private static bool Append(IPEndPoint endPoint, MessageBuffer four, MessageBuffer six)
    {
        int length = CompactEndPoints.LengthOf(endPoint);
        bool isFour = length == CompactEndPoints.V4Length;
        CompactEndPoints.Write(endPoint, (isFour ? four : six).Append(length));
        return isFour;
    }

    private static ReadOnlySpan<byte> Value(BencodeNode root, ReadOnlySpan<byte> key) =>
        root.TryGet(key, out BencodeNode node) ? node.Bytes : default;

    private static void ReadAdded(ReadOnlySpan<byte> list, ReadOnlySpan<byte> flags, int stride, List<PexPeer> into)
    {
        for (int i = 0; list.Length >= stride && i < MaxPeers && into.Count < MaxPeers; i++, list = list[stride..])
        {
            if (!CompactEndPoints.TryReadOne(list[..stride], out IPEndPoint? endPoint)) continue;
            into.Add(new PexPeer(endPoint!, i < flags.Length ? (PexFlags)flags[i] : PexFlags.None));
        }
    }
}
