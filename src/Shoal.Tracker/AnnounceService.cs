using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Access;
using Shoal.Tracker.Dashboard;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker;

/// <summary>
/// What the front ends have in common: whether a request is let in, what the store is asked, and what figures go into
/// the answer.
/// </summary>
internal sealed class AnnounceService(
    TrackerOptions options, ISwarmStore store, AccessGate gate, TrackerSecret secret, TrackerMetrics metrics)
{
    /// <summary>Said to a peer that gets others and is not listed itself.</summary>
    public const string NotListedWarning =
        "You are not listed: there are too many peers in this swarm or at your address.";

    /// <summary>Said to a peer that gets a part of what is known.</summary>
    public const string AloneWarning =
        "This tracker cannot reach its store at present; these are the peers that it knows by itself.";

    /// <summary>
    /// Intervals are told shorter or longer by up to this share, so that peers do not come in bursts.
    /// </summary>
    private const double Jitter = 0.1;

    private readonly long _epoch = options.Time.GetTimestamp();

    public ISwarmStore Store => store;

    public AccessGate Gate => gate;

    public TrackerMetrics Metrics => metrics;

    public TrackerSecret Secret => secret;

    public TrackerOptions Options => options;

    /// <summary>Which programs announce.</summary>
    public ClientCensus Clients { get; } = new();

    /// <summary>Time since the service began.</summary>
    public TimeSpan Now => options.Time.GetElapsedTime(_epoch);

    /// <summary>The second of the calendar, which nodes that share a secret agree on.</summary>
    public long UnixSeconds => options.Time.GetUtcNow().ToUnixTimeSeconds();

    public int MinIntervalSeconds => (int)options.MinInterval.TotalSeconds;

    /// <summary>The interval for one answer.</summary>
    public int NextIntervalSeconds() =>
        (int)(options.Interval.TotalSeconds * (1 - Jitter + 2 * Jitter * Random.Shared.NextDouble()));

    /// <summary>Peers that an announce is given at the most.</summary>
    public int WantedBy(in AnnounceQuery query) => query.Event == AnnounceEvent.Stopped ? 0
        : query.NumWant < 0 ? options.DefaultNumWant
        : Math.Min(query.NumWant, options.MaxNumWant);

    /// <summary>Makes of an announce what the store understands.</summary>
    /// <param name="query">What the client said.</param>
    /// <param name="from">Where it came from.</param>
    /// <param name="key">The key in its URL; empty when there is none.</param>
    /// <param name="now">Time since the service began.</param>
    /// <param name="announce">The question to the store when the result is <see cref="RefusalReason.None"/>.</param>
    public RefusalReason TryPrepare(
        in AnnounceQuery query, HostAddress from, ReadOnlySpan<byte> key, TimeSpan now, out SwarmAnnounce announce)
    {
        announce = default;
        AddressScope scope = from.Scope;
        if (scope == AddressScope.Unusable) return RefusalReason.BadAddress;
        RefusalReason refusal = gate.Check(query.InfoHash, key, from, now);
        if (refusal != RefusalReason.None) return refusal;
        Clients.Count(query.PeerId);
        (HostAddress listed, HostAddress lan) = Place(query.ClaimedV4, from, scope);
        announce = new SwarmAnnounce
        {
            InfoHash = query.InfoHash, Address = listed, LanAddress = lan, Port = query.Port, Event = query.Event,
            IsSeed = query.IsSeed, Identity = IdentityOf(query), Wanted = WantedBy(query),
        };
        return RefusalReason.None;
    }

    /// <summary>What is said to one who gets peers, but not as usual; null for nothing.</summary>
    public static string? WarningOf(StoreStatus status) => status switch
    {
        StoreStatus.SwarmFull or StoreStatus.HostFull => NotListedWarning,
        StoreStatus.Alone => AloneWarning,
        _ => null,
    };

    /// <summary>The refusal that a status of the store means; those who get peers are not refused.</summary>
    public static RefusalReason RefusalOf(StoreStatus status) => status switch
    {
        StoreStatus.NetworkFull => RefusalReason.NetworkFull,
        StoreStatus.StoreFull => RefusalReason.StoreFull,
        StoreStatus.Unavailable => RefusalReason.Unavailable,
        _ => RefusalReason.None,
    };

    /// <summary>
    /// Decides what becomes of an address that a client claims. None is ever believed against the internet: a private
    /// one of a client on the internet is for its neighbours alone, and a client on this very machine may say which
    /// private address the others reach it by. Anything else is left aside.
    /// </summary>
    private (HostAddress Listed, HostAddress Lan) Place(uint claimed, HostAddress from, AddressScope scope)
    {
        if (claimed == 0 || !options.HonoursPrivateAddresses
            || AddressScopes.ScopeOfV4(claimed) != AddressScope.Private)
            return (from, default);
        return scope switch
        {
            AddressScope.Global => (from, new HostAddress(claimed)),
            AddressScope.Loopback => (new HostAddress(claimed), default),
            _ => (from, default),
        };
    }

    private ulong IdentityOf(in AnnounceQuery query)
    {
        // Without a key a peer id alone would be enough to be taken for another; peers see each other's.
        if (query.Key == 0) return 0;
        Span<byte> id = stackalloc byte[sizeof(ulong) * 3];
        query.PeerId.CopyTo(id);
        BitConverter.TryWriteBytes(id[Shoal.Protocol.PeerId.Length..], query.Key);
        return secret.Identities.Of(id);
    }
}
