using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Shoal.Protocol.Addresses;

/// <summary>
/// Decides whether an address may be connected to, given who named it and what for. It is asked with the resolved
/// address at the moment of connecting, so that neither a DNS name nor a redirect gets round it. The rules and their
/// reasons are in docs/decisions/0001-addresses.md.
/// </summary>
public static class AddressPolicy
{
    /// <summary>The path at which a stranger's torrent may name a tracker on this machine; libtorrent's rule.</summary>
    private const string LoopbackTrackerPath = "/announce";

    /// <summary>Decides about one connection.</summary>
    /// <param name="origin">Who named the address.</param>
    /// <param name="use">What the connection is for.</param>
    /// <param name="target">The resolved address; an IPv4-mapped one is judged as IPv4.</param>
    /// <param name="refusal">Null when allowed, else one sentence for people that says why not.</param>
    /// <returns>True when the connection may be made.</returns>
    public static bool Allows(
        in AddressOrigin origin, in AddressUse use, IPEndPoint target, [NotNullWhen(false)] out string? refusal)
    {
        AddressScope scope = target.Address.Scope();
        string? reason = ReasonAgainst(origin, use, target.Port, scope);
        refusal = reason is null ? null : $"{target.Normalised()} is refused: {reason}.";
        return reason is null;
    }

    private static string? ReasonAgainst(in AddressOrigin origin, in AddressUse use, int port, AddressScope scope)
    {
        if (port == 0) return "port 0 cannot be connected to";
        if (scope == AddressScope.Unusable) return "it is not an address of one machine";
        return origin.Kind switch
        {
            AddressOriginKind.User => null,
            AddressOriginKind.Torrent => ReasonAgainstStranger(use, scope),
            AddressOriginKind.Tracker => ReasonAgainstTrackersPeer(origin.From, scope),
            AddressOriginKind.Peer => ReasonAgainstNearer(origin.From, scope, "a peer"),
            AddressOriginKind.Redirect => ReasonAgainstNearer(origin.From, scope, "a redirect")
                ?? (origin.IsUsersWish ? null : ReasonAgainstStranger(use, scope)),
            _ => "nobody known named it",
        };
    }

    private static string? ReasonAgainstStranger(in AddressUse use, AddressScope scope)
    {
        ReadOnlySpan<char> path = use.PathAndQuery;
        int mark = path.IndexOf('?');
        ReadOnlySpan<char> query = mark < 0 ? default : path[(mark + 1)..];
        if (mark >= 0) path = path[..mark];
        if (scope == AddressScope.Loopback)
            return use.Kind == AddressUseKind.Tracker && path.SequenceEqual(LoopbackTrackerPath)
                ? ReasonAgainstQuery(use, query)
                : "a torrent may name nothing on this machine but the /announce path of a tracker";
        if (use.Kind == AddressUseKind.Tracker) return ReasonAgainstQuery(use, query);
        return use.Kind == AddressUseKind.WebSeed && scope != AddressScope.Global && mark >= 0
            ? "a web seed in the local network may not have a query in its URL"
            : null;
    }

    /// <summary>
    /// A tracker URL that brings an announce's own parameters along forges requests to other services.
    /// </summary>
    private static string? ReasonAgainstQuery(in AddressUse use, ReadOnlySpan<char> query)
    {
        if (use.Kind != AddressUseKind.Tracker) return null;
        foreach (Range part in query.Split('&'))
        {
            ReadOnlySpan<char> name = query[part];
            int equals = name.IndexOf('=');
            if (equals >= 0) name = name[..equals];
            if (name is "info_hash" or "peer_id" or "port" or "left" or "uploaded" or "downloaded" or "event")
                return $"its URL already carries the announce parameter {name}";
        }
        return null;
    }

    private static string? ReasonAgainstTrackersPeer(AddressScope tracker, AddressScope scope) => scope switch
    {
        AddressScope.Loopback when tracker != AddressScope.Loopback =>
            "only a tracker on this machine may name peers on this machine",
        AddressScope.LinkLocal when tracker == AddressScope.Global =>
            "a tracker on the internet may not name a link-local address",
        _ => null,
    };

    private static string? ReasonAgainstNearer(AddressScope from, AddressScope scope, string who)
    {
        // A source whose own address is unknown counts as the furthest.
        AddressScope furthest = from == AddressScope.Unusable ? AddressScope.Global : from;
        return scope >= furthest ? null : $"{who} in {Place(furthest)} may not lead to {Place(scope)}";
    }

    private static string Place(AddressScope scope) => scope switch
    {
        AddressScope.Loopback => "this machine",
        AddressScope.LinkLocal => "this network segment",
        AddressScope.Private => "a private network",
        _ => "the internet",
    };
}
