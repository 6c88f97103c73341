namespace Shoal.Protocol.Bencoding;

/// <summary>What a parse may cost. A remote's bytes are never parsed without it.</summary>
/// <param name="MaxDepth">Containers that may lie in each other, the outermost counted.</param>
/// <param name="MaxTokens">Values in all, keys and containers counted. Each costs 12 bytes of memory.</param>
/// <param name="AllowTrailingBytes">
/// True when bytes may follow the value: the payload of a ut_metadata message, or what some trackers append. Where the
/// value ends is <see cref="BencodeDocument.ConsumedBytes"/>.
/// </param>
public readonly record struct BencodeLimits(int MaxDepth, int MaxTokens, bool AllowTrailingBytes = false)
{
    /// <summary>For torrents: libtorrent's limits, depth 100 and 3,000,000 tokens.</summary>
    public static BencodeLimits Torrent => new(100, 3_000_000);

    /// <summary>
    /// For peer messages: none of them nests more than three deep, and the largest of them, an extension handshake,
    /// has some dozens of keys.
    /// </summary>
    public static BencodeLimits PeerMessage => new(16, 2_000, AllowTrailingBytes: true);

    /// <summary>
    /// For replies of trackers: room for the 10,000 peers as dictionaries of eight tokens that the largest accepted
    /// body can hold.
    /// </summary>
    public static BencodeLimits TrackerReply => new(16, 100_000, AllowTrailingBytes: true);

    /// <summary>For datagrams of the DHT: at most some 1500 bytes, of which a stored value may nest.</summary>
    public static BencodeLimits Datagram => new(32, 1_000);
}
