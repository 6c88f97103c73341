namespace Shoal.Tracker.Swarms;

/// <summary>What a store tells about an announce. The announcer is counted itself.</summary>
/// <param name="Status">Whether the announcer is listed.</param>
/// <param name="Complete">Peers that have everything, one with two address families once.</param>
/// <param name="Incomplete">Peers that do not.</param>
/// <param name="Downloaded">How often a known peer became complete.</param>
/// <param name="Bytes4">Bytes of IPv4 peers written.</param>
/// <param name="Bytes6">Bytes of IPv6 peers written.</param>
internal readonly record struct StoreAnswer(
    StoreStatus Status, int Complete, int Incomplete, int Downloaded, int Bytes4, int Bytes6);
