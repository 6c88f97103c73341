using System.Net;
using System.Net.Sockets;
using Shoal.Protocol.Addresses;

namespace Shoal.Engine.Peers;

/// <summary>
/// Finds out at which addresses others see us, by what trackers (BEP 24) and peers (BEP 10) say. One of them can lie
/// or be wrong, so several have to agree. Shared by all torrents of an engine; any thread.
/// </summary>
/// <remarks>
/// Each family and scope has an address and a poll of its own, as one behind a router is seen differently from beside
/// and from afar; only a voter of the same scope can know. The newest word of each voter counts, and old ones make room
/// for new ones, so that a changed address is noticed.
/// </remarks>
internal sealed class OwnAddressVotes
{
    /// <summary>
    /// Votes that an address needs. A peer has one, so three have to agree from three addresses, none of which has
    /// anything to win but its place in our order.
    /// </summary>
    public const int Majority = 3;

    /// <summary>Votes of a tracker: we chose to ask it, and it tells everybody the same way.</summary>
    public const int TrackerVotes = Majority;

    /// <summary>Voters remembered for each family and scope; libtorrent counts up to 50 votes.</summary>
    public const int MaxVoters = 50;

    // Of an IPv6 address the network: everybody there commands 2^64 addresses.
    private const int NetworkBytes = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<(AddressFamily, AddressScope), Poll> _polls = [];

    /// <summary>The addresses that are believed.</summary>
    public IReadOnlyList<IPAddress> Believed
    {
        get
        {
            lock (_lock) return [.. _polls.Values.Select(poll => poll.Believed).OfType<IPAddress>()];
        }
    }

    /// <summary>
    /// Notes what the system says: a local address of a connection, or the one we are bound to. It holds until others
    /// say something else, and for its own scope only. True when it is believed and was not before.
    /// </summary>
    public bool Suggest(IPAddress own)
    {
        own = own.Normalised();
        if (own.Scope() == AddressScope.Unusable) return false;
        lock (_lock) return PollOf(own).Suggest(own);
    }

    /// <summary>Notes what a peer says. True when an address is believed by it that was not before.</summary>
    /// <param name="peer">Who says it.</param>
    /// <param name="own">At which address it sees us.</param>
    public bool Vote(IPAddress peer, IPAddress own)
    {
        peer = peer.Normalised();
        own = own.Normalised();
        if (peer.AddressFamily != own.AddressFamily || peer.Scope() != own.Scope()) return false;
        return Vote(Network(peer), own, 1);
    }

    /// <summary>Notes what a tracker says. True when an address is believed by it that was not before.</summary>
    /// <param name="tracker">Its URL.</param>
    /// <param name="own">At which address it sees us; known to lie as near as the tracker.</param>
    public bool Vote(string tracker, IPAddress own) => Vote(tracker, own.Normalised(), TrackerVotes);

    private bool Vote(string voter, IPAddress own, int votes)
    {
        if (own.Scope() == AddressScope.Unusable) return false;
        lock (_lock) return PollOf(own).Vote(voter, own, votes);
    }

    private Poll PollOf(IPAddress own)
    {
        (AddressFamily, AddressScope) key = (own.AddressFamily, own.Scope());
        if (_polls.TryGetValue(key, out Poll? poll)) return poll;
        return _polls[key] = new Poll();
    }

    private static string Network(IPAddress peer)
    {
        byte[] bytes = peer.GetAddressBytes();
        return Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, NetworkBytes)));
    }

    private sealed class Poll
    {
        private readonly List<(string Voter, IPAddress Own, int Votes)> _votes = [];

        public IPAddress? Believed { get; private set; }

        public bool Suggest(IPAddress own)
        {
            if (Believed is not null) return false;
            Believed = own;
            return true;
        }

        public bool Vote(string voter, IPAddress own, int votes)
        {
            _votes.RemoveAll(vote => vote.Voter == voter);
            if (_votes.Count == MaxVoters) _votes.RemoveAt(0);
            _votes.Add((voter, own, votes));
            int sum = VotesFor(own);
            if (own.Equals(Believed) || sum < Majority || sum <= VotesFor(Believed)) return false;
            Believed = own;
            return true;
        }

        private int VotesFor(IPAddress? own) => _votes.Where(vote => vote.Own.Equals(own)).Sum(vote => vote.Votes);
    }
}
