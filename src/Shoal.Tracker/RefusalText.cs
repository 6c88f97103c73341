namespace Shoal.Tracker;

/// <summary>What is said to the client and to the operator about each refusal.</summary>
internal static class RefusalText
{
    /// <summary>Minutes after which one who was turned away for lack of room may come again.</summary>
    private const int LaterMinutes = 30;

    /// <summary>Stands for "never" in "retry in" (BEP 31).</summary>
    private const int Never = 0;

    /// <summary>The sentence for the client, which shows it to its user.</summary>
    public static string Of(RefusalReason reason) => reason switch
    {
        RefusalReason.Malformed => "The request is malformed.",
        RefusalReason.NotFound => "There is nothing here. Announce at /announce.",
        // These two may have to fit into a reply no longer than a scrape of one torrent, of 36 bytes.
        RefusalReason.ConnectionExpired => "Connection id expired.",
        RefusalReason.ConnectionForged => "Connection id not valid.",
        RefusalReason.NotRegistered => "This torrent is not registered with this tracker.",
        RefusalReason.KeyMissing => "This tracker is private: use the announce URL with your key in it.",
        RefusalReason.KeyUnknown => "The key in the announce URL is not valid.",
        RefusalReason.KeyExpired => "The key in the announce URL has expired.",
        RefusalReason.KeyGuessing => "Too many wrong keys came from your address. Try again later.",
        RefusalReason.BadAddress => "Your address cannot be reached by other peers.",
        RefusalReason.NetworkFull => "Too many torrents come from your network.",
        RefusalReason.StoreFull => "This tracker is full.",
        RefusalReason.Unavailable => "This tracker is overloaded. Try again later.",
        _ => "",
    };

    /// <summary>The label of metrics.</summary>
    public static string LabelOf(RefusalReason reason) => reason switch
    {
        RefusalReason.Malformed => "malformed",
        RefusalReason.NotFound => "not_found",
        RefusalReason.ConnectionExpired => "connection_expired",
        RefusalReason.ConnectionForged => "connection_forged",
        RefusalReason.NotRegistered => "not_registered",
        RefusalReason.KeyMissing => "key_missing",
        RefusalReason.KeyUnknown => "key_unknown",
        RefusalReason.KeyExpired => "key_expired",
        RefusalReason.KeyGuessing => "key_guessing",
        RefusalReason.BadAddress => "bad_address",
        RefusalReason.NetworkFull => "network_full",
        RefusalReason.StoreFull => "store_full",
        RefusalReason.Unavailable => "unavailable",
        _ => "none",
    };

    /// <summary>
    /// Minutes after which the client may ask again (BEP 31): 0 for never, null when nothing is said.
    /// </summary>
    public static int? RetryMinutesOf(RefusalReason reason) => reason switch
    {
        RefusalReason.NetworkFull or RefusalReason.StoreFull => LaterMinutes,
        RefusalReason.KeyGuessing or RefusalReason.NotRegistered => LaterMinutes,
        RefusalReason.KeyMissing or RefusalReason.KeyUnknown or RefusalReason.KeyExpired => Never,
        _ => null,
    };
}
