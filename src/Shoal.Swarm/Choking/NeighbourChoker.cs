using System.Runtime.InteropServices;

namespace Shoal.Swarm.Choking;

/// <summary>
/// The choker of the textbook: so many preferred neighbours, by what they gave in the last interval, and one more by
/// lot, each chosen on its own beat and at no other time. <see cref="Choker"/> serves users better; this one can be
/// followed by hand.
/// </summary>
/// <remarks>
/// <code>
///   first interested peer ──▶ the clock starts
///   every Interval            the k interested peers that gave most since the last time; by lot when complete
///   every OptimisticInterval  one of the interested peers that are choked, by lot
/// </code>
/// </remarks>
internal sealed class NeighbourChoker : IChoker
{
    private readonly NeighbourOptions _options;
    private readonly SwarmRandom _random;
    private readonly Dictionary<int, long> _received = [];
    private readonly List<int> _preferred = [];
    private readonly List<int> _optimistic = [];
    private readonly List<Candidate> _candidates = [];
    private bool _isRunning;
    private TimeSpan _nextPreferred;
    private TimeSpan _nextOptimistic;

    /// <summary>Makes a choker; its clock starts with the first interested peer.</summary>
    public NeighbourChoker(NeighbourOptions options, SwarmRandom random)
    {
        _options = options;
        _random = random;
    }

    /// <inheritdoc/>
    public TimeSpan NextRound => _nextPreferred < _nextOptimistic ? _nextPreferred : _nextOptimistic;

    /// <inheritdoc/>
    public IReadOnlyList<int> Optimistic => _optimistic;

    /// <inheritdoc/>
    public int RegularCount => _preferred.Count;

    /// <inheritdoc/>
    public bool ShouldUnchokeNow(int unchokedCount) => false;

    /// <inheritdoc/>
    public int HoldRound(TimeSpan now, bool isSeeding, ReadOnlySpan<ChokerPeer> peers, Span<int> unchoked)
    {
        if (!_isRunning)
        {
            if (!AnyInterested(peers)) return 0;
            _isRunning = true;
            _nextPreferred = _nextOptimistic = now;
        }
        Account(peers);
        if (now >= _nextPreferred)
        {
            _nextPreferred = Following(_nextPreferred, _options.Interval, now);
            ChoosePreferred(isSeeding, peers);
        }
        if (now >= _nextOptimistic)
        {
            _nextOptimistic = Following(_nextOptimistic, _options.OptimisticInterval, now);
            DrawOptimistic(peers);
        }
        DropTheGone(_preferred, peers);
        DropTheGone(_optimistic, peers);
        CollectionsMarshal.AsSpan(_preferred).CopyTo(unchoked);
        int count = _preferred.Count;
        foreach (int slot in _optimistic)
            if (!_preferred.Contains(slot)) unchoked[count++] = slot;
        return count;
    }

    // A beat that was missed is not made up for.
    private static TimeSpan Following(TimeSpan beat, TimeSpan interval, TimeSpan now) =>
        beat + interval > now ? beat + interval : now + interval;

    private static bool AnyInterested(ReadOnlySpan<ChokerPeer> peers)
    {
        foreach (ref readonly ChokerPeer peer in peers)
            if (peer.IsInterested) return true;
        return false;
    }

    private static void DropTheGone(List<int> slots, ReadOnlySpan<ChokerPeer> peers)
    {
        for (int i = slots.Count - 1; i >= 0; i--)
        {
            bool isHere = false;
            foreach (ref readonly ChokerPeer peer in peers) isHere |= peer.Slot == slots[i];
            if (!isHere) slots.RemoveAt(i);
        }
    }

    // Peers tell what they gave since the last round of either kind.
    private void Account(ReadOnlySpan<ChokerPeer> peers)
    {
        foreach (ref readonly ChokerPeer peer in peers)
            CollectionsMarshal.GetValueRefOrAddDefault(_received, peer.Slot, out _) += peer.BytesReceived;
    }

    private void ChoosePreferred(bool isSeeding, ReadOnlySpan<ChokerPeer> peers)
    {
        _candidates.Clear();
        foreach (ref readonly ChokerPeer peer in peers)
        {
            if (!peer.IsInterested) continue;
            long given = isSeeding ? 0 : _received.GetValueOrDefault(peer.Slot);
            _candidates.Add(new Candidate(peer.Slot, given, _random.NextBits()));
        }
        _received.Clear();
        _candidates.Sort();
        _preferred.Clear();
        for (int i = 0; i < _candidates.Count && i < _options.Preferred; i++) _preferred.Add(_candidates[i].Slot);
    }

    private void DrawOptimistic(ReadOnlySpan<ChokerPeer> peers)
    {
        _candidates.Clear();
        foreach (ref readonly ChokerPeer peer in peers)
        {
            bool isChoked = !_preferred.Contains(peer.Slot) && !_optimistic.Contains(peer.Slot);
            if (peer.IsInterested && isChoked) _candidates.Add(new Candidate(peer.Slot, 0, 0));
        }
        // Where nobody else waits, the neighbour that has the slot keeps it.
        if (_candidates.Count == 0) return;
        _optimistic.Clear();
        _optimistic.Add(_candidates[_random.Next(_candidates.Count)].Slot);
    }

    // Sorts who gave most to the front; a tie is broken by lot.
    private readonly record struct Candidate(int Slot, long Given, ulong Tie) : IComparable<Candidate>
    {
        public int CompareTo(Candidate other) =>
            Given != other.Given ? other.Given.CompareTo(Given) : Tie.CompareTo(other.Tie);
    }
}
