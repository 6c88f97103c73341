using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;

namespace Shoal.Discovery;

/// <summary>What an <see cref="Announcer"/> announces, and whom it tells what it learns.</summary>
public sealed record AnnouncerOptions
{
    /// <summary>Trackers by tier, best tier first.</summary>
    public required IReadOnlyList<IReadOnlyList<TrackerSource>> Tiers { get; init; }

    /// <summary>
    /// The torrent. A hybrid is announced under both of its hashes, because clients that know only one of them meet
    /// under that.
    /// </summary>
    public required TorrentHashes Hashes { get; init; }

    /// <summary>The id that the torrent keeps towards trackers.</summary>
    public required PeerId PeerId { get; init; }

    /// <summary>The TCP port on which peers are accepted.</summary>
    public required ushort Port { get; init; }

    /// <summary>A random number that stays the same for the session (BEP 7).</summary>
    public required uint Key { get; init; }

    /// <summary>
    /// True, the default, announces to one tracker of every tier side by side, as most clients do; false goes down the
    /// tiers until one answers, as BEP 12 is written.
    /// </summary>
    public bool UsesAllTiers { get; init; } = true;

    /// <summary>Asked for the figures right before each announce, on any thread.</summary>
    public required Func<AnnounceCounters> Counters { get; init; }

    /// <summary>
    /// Told the peers of each answer, on any thread, with the scope of the tracker: address policy needs it before
    /// they are connected to.
    /// </summary>
    public required Action<IReadOnlyList<IPEndPoint>, AddressScope> Peers { get; init; }

    /// <summary>Told the end of each announce, on any thread; null, the default, tells nobody.</summary>
    public Action<AnnounceReport>? Reported { get; init; }

    /// <summary>Shuffles tiers and spreads pauses; used by one thread at a time, so not to be shared.</summary>
    public Random Random { get; init; } = new();
}
