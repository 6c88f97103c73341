namespace Shoal.Swarm.Choking;

/// <summary>
/// Gives out the upload slots of one torrent: to those who give most (or by turns when we seed), and by chance to one
/// in five, so that newcomers get a start and better partners are found. Owned by the torrent's brain.
/// </summary>
/// <remarks>
/// <code>
///   every 10 s   rank the interested peers; the best get the regular slots
///   every 30 s   give each optimistic slot to another peer, by lot; a newcomer has three tickets
///                (on fast lines sooner, in proportion: when an average slot has carried ten pieces)
///   at any time  a peer that becomes interested while a slot is free gets it at once
/// </code>
/// A peer with a slot has a bonus of a tenth against one without, so that two equal ones do not take it from each
/// other every round, which would cost both their ramp-up.
///
/// Who fell behind has nothing that anybody needs, gets nothing for it, and falls further behind. So what it gave
/// before is paid back first: until then it ranks by what we owe it. More than it gave nobody gets that way.
/// </remarks>
internal sealed class Choker : IChoker
{
    /// <summary>Slots there are at least, when their number is derived.</summary>
    public const int MinSlots = 4;

    /// <summary>
    /// Slots there are at most, when their number is derived: beyond it each gets too little to pass on.
    /// </summary>
    public const int MaxSlots = 128;

    /// <summary>Slots while there is no limit and nothing is measured yet; libtorrent's default.</summary>
    public const int UnlimitedSlots = 8;

    /// <summary>Pieces after which a peer has had its turn; libtorrent's seeding quota.</summary>
    public const int QuotaPieces = 20;

    // A peer that has just come is three times as likely to be the optimistic unchoke (BEP 3).
    private const int NewcomerTickets = 3;

    // Of so many slots one is an optimistic unchoke: libtorrent's 20 %, and of four slots the one of BEP 3.
    private const int SlotsPerOptimistic = 5;

    // What a slot carries in a round: enough for the other side to pass on some, and to tell who gives how much.
    private const int RoundPieces = QuotaPieces / 2;

    // More slots from one round to the next, as part of those there are; as many again while those that came last did
    // not take from the others, as the line has room then, and while nothing is known of it.
    private const int SlotGrowth = 4;

    // The tenth peer by rate must take 19 KiB/s to make room for an eleventh: libtorrent's growth of slots by rate.
    private const long FirstSlotBytesPerSecond = 1024;
    private const long NextSlotBytesPerSecond = 2048;

    // Time in a slot after which a peer that has had its quota goes; libtorrent's minute, long enough for a new
    // connection to come up to its rate.
    private static readonly TimeSpan LeastTurn = TimeSpan.FromMinutes(1);

    private readonly ChokerOptions _options;
    private readonly SwarmRandom _random;
    private readonly long _quotaBytes;
    private readonly long _roundBytes;
    private readonly List<int> _optimistic = [];
    private Rank[] _ranks = [];
    private TimeSpan? _lastRound;
    private TimeSpan _nextOptimistic;
    private TimeSpan _round;
    private bool _isMeasured;

    // Of the last round in which all slots were well used: how many it had, and bytes per second of each. 0 before it.
    private int _slotsBefore;
    private double _slotRate;

    // True while the line has room for twice the slots: it is tried again as soon as may be.
    private bool _isDoubling;

    /// <summary>Makes a choker; its first round is due at once.</summary>
    /// <param name="options">How slots are given out.</param>
    /// <param name="pieceLength">Bytes in a piece, which make up the quota of a turn.</param>
    /// <param name="random">For lots and ties.</param>
    public Choker(ChokerOptions options, int pieceLength, SwarmRandom random)
    {
        _options = options;
        _random = random;
        _quotaBytes = (long)QuotaPieces * pieceLength;
        _roundBytes = (long)RoundPieces * pieceLength;
        // At first nothing is known of the lines, and nobody has anything to lose.
        _round = options.LeastInterval;
        Slots = SlotCount([], default);
    }

    /// <summary>Number of upload slots since the last round.</summary>
    public int Slots { get; private set; }

    /// <inheritdoc/>
    public TimeSpan NextRound => _lastRound is { } last ? last + _round : TimeSpan.Zero;

    /// <inheritdoc/>
    public IReadOnlyList<int> Optimistic => _optimistic;

    /// <inheritdoc/>
    public int RegularCount { get; private set; }

    /// <inheritdoc/>
    public bool ShouldUnchokeNow(int unchokedCount) => unchokedCount < Slots;

    /// <inheritdoc/>
    public int HoldRound(TimeSpan now, bool isSeeding, ReadOnlySpan<ChokerPeer> peers, Span<int> unchoked)
    {
        TimeSpan elapsed = now - (_lastRound ?? now);
        Slots = SlotCount(peers, elapsed);
        if (_lastRound is not null) _round = _isDoubling ? _options.LeastInterval : RoundLength(peers, elapsed);
        _lastRound = now;
        int interested = RankInterested(now, isSeeding, peers);
        Span<Rank> ranks = _ranks.AsSpan(0, interested);
        if (interested <= Slots)
        {
            _optimistic.Clear();
            for (int i = 0; i < interested; i++) unchoked[i] = peers[ranks[i].Index].Slot;
            return RegularCount = interested;
        }
        ranks.Sort();
        int optimistic = Math.Max(1, Slots / SlotsPerOptimistic);
        int regular = RegularCount = Math.Max(0, Slots - optimistic);
        for (int i = 0; i < regular; i++) unchoked[i] = peers[ranks[i].Index].Slot;
        Span<int> drawn = unchoked[regular..(regular + optimistic)];
        ChooseOptimistic(now, peers, ranks[regular..], drawn);
        return regular + optimistic;
    }

    private void ChooseOptimistic(TimeSpan now, ReadOnlySpan<ChokerPeer> peers, Span<Rank> rest, Span<int> drawn)
    {
        bool rotate = now >= _nextOptimistic;
        if (rotate) _nextOptimistic = now + _options.OptimisticInterval * Pace;
        int count = 0;
        for (int i = 0; i < rest.Length && !rotate && count < drawn.Length; i++)
        {
            int slot = peers[rest[i].Index].Slot;
            if (!_optimistic.Contains(slot)) continue;
            drawn[count++] = slot;
            (rest[count - 1], rest[i]) = (rest[i], rest[count - 1]);
        }
        while (count < drawn.Length)
        {
            int winner = count + Draw(now, peers, rest[count..], excludeOld: rotate);
            drawn[count] = peers[rest[winner].Index].Slot;
            (rest[count], rest[winner]) = (rest[winner], rest[count]);
            count++;
        }
        _optimistic.Clear();
        foreach (int slot in drawn) _optimistic.Add(slot);
    }

    private int Draw(TimeSpan now, ReadOnlySpan<ChokerPeer> peers, ReadOnlySpan<Rank> rest, bool excludeOld)
    {
        int tickets = 0;
        foreach (Rank rank in rest) tickets += Tickets(now, peers[rank.Index], excludeOld);
        // Where every peer has just had the slot, the lot is among all of them.
        if (tickets == 0) return _random.Next(rest.Length);
        int ticket = _random.Next(tickets);
        int index = 0;
        while ((ticket -= Tickets(now, peers[rest[index].Index], excludeOld)) >= 0) index++;
        return index;
    }

    private int Tickets(TimeSpan now, in ChokerPeer peer, bool excludeOld)
    {
        if (excludeOld && _optimistic.Contains(peer.Slot)) return 0;
        return now - peer.ConnectedAt < _options.OptimisticInterval ? NewcomerTickets : 1;
    }

    private int RankInterested(TimeSpan now, bool isSeeding, ReadOnlySpan<ChokerPeer> peers)
    {
        if (_ranks.Length < peers.Length) _ranks = new Rank[Math.Max(peers.Length, 16)];
        int count = 0;
        for (int i = 0; i < peers.Length; i++)
        {
            if (!peers[i].IsInterested) continue;
            long first = isSeeding ? 0 : GivenBytes(peers[i]);
            _ranks[count++] = new Rank(i, first, SeedScore(now, peers[i]), _random.NextBits());
        }
        return count;
    }

    private static long GivenBytes(in ChokerPeer peer)
    {
        if (peer.IsSnubbing) return 0;
        long received = peer.IsUnchoked ? peer.BytesReceived + peer.BytesReceived / 10 : peer.BytesReceived;
        return Math.Max(received, peer.Owed);
    }

    private long SeedScore(TimeSpan now, in ChokerPeer peer) => _options.SeedStrategy switch
    {
        SeedStrategy.FastestUpload => peer.IsUnchoked ? peer.BytesSent + peer.BytesSent / 10 : peer.BytesSent,
        SeedStrategy.AntiLeech => Math.Abs(peer.HavePerMille - 500) + (peer.IsUnchoked ? 50 : 0),
        _ => TurnScore(now, peer),
    };

    // A turn that is not over keeps its slot; then come those who wait, the longest first; last, those whose turn is
    // over. A turn in an optimistic slot moves into a regular one only when one gets free.
    private long TurnScore(TimeSpan now, in ChokerPeer peer)
    {
        TimeSpan since = now - peer.ChangedAt;
        if (!peer.IsUnchoked) return Math.Max(0, since.Ticks);
        // Who takes nothing, as when it waits for others, has no need of it.
        bool isIdle = peer.BytesSent == 0;
        bool isOver = since >= LeastTurn * Pace && (isIdle || peer.BytesSentInSlot >= _quotaBytes);
        if (isOver) return -since.Ticks;
        return _optimistic.Contains(peer.Slot) ? long.MaxValue - 1 : long.MaxValue;
    }

    // Part of its longest time that a round takes now; 1 before anything is measured.
    private double Pace => _isMeasured ? _round / _options.Interval : 1;

    /// <summary>The time in which an average slot carries the pieces of a round, at the rate of the last one.</summary>
    private TimeSpan RoundLength(ReadOnlySpan<ChokerPeer> peers, TimeSpan elapsed)
    {
        (long sent, int takers) = Taken(peers);
        _isMeasured = true;
        if (sent == 0) return _options.Interval;
        TimeSpan time = elapsed * ((double)_roundBytes * takers / sent);
        if (time > _options.Interval) return _options.Interval;
        return time < _options.LeastInterval ? _options.LeastInterval : time;
    }

    private int SlotCount(ReadOnlySpan<ChokerPeer> peers, TimeSpan elapsed)
    {
        _isDoubling = false;
        if (_options.Slots < 0) return int.MaxValue;
        if (_options.Slots > 0) return _options.Slots;
        if (_options.UploadLimitBytesPerSecond > 0)
        {
            // The square root keeps both the number of slots and the rate of each growing with the limit.
            double root = Math.Sqrt(_options.UploadLimitBytesPerSecond / 1024.0 * 0.6);
            return (int)Math.Clamp(root, MinSlots, MaxSlots);
        }
        return Math.Clamp(SlotsByRate(peers, elapsed), UnlimitedSlots, MaxSlots);
    }

    // One slot more than there are peers that each take more than the one before them had to.
    private int SlotsByRate(ReadOnlySpan<ChokerPeer> peers, TimeSpan elapsed)
    {
        if (elapsed <= TimeSpan.Zero || peers.Length < UnlimitedSlots) return UnlimitedSlots;
        if (_ranks.Length < peers.Length) _ranks = new Rank[Math.Max(peers.Length, 16)];
        for (int i = 0; i < peers.Length; i++) _ranks[i] = new Rank(i, peers[i].BytesSent, 0, 0);
        Span<Rank> byRate = _ranks.AsSpan(0, peers.Length);
        byRate.Sort();
        int slots = 1;
        double threshold = FirstSlotBytesPerSecond;
        foreach (Rank rank in byRate)
        {
            if (rank.First / elapsed.TotalSeconds < threshold) break;
            threshold += NextSlotBytesPerSecond;
            slots++;
        }
        if (slots <= Slots) return slots;
        // All slots are taken, and each well used.
        _isDoubling = LineHasRoom(peers, elapsed);
        return slots + (_isDoubling ? Slots : Slots / SlotGrowth);
    }

    /// <summary>
    /// True when there were more slots than in the round before and each carried as much: on a full line twice as many
    /// carry half each, and one that has just begun carries more for a while, as it fills what the peer keeps under
    /// way. So the mark lies half way between. True too the first time.
    /// </summary>
    private bool LineHasRoom(ReadOnlySpan<ChokerPeer> peers, TimeSpan elapsed)
    {
        (long sent, int takers) = Taken(peers);
        double rate = sent / elapsed.TotalSeconds / Math.Max(1, takers);
        bool hasRoom = Slots > _slotsBefore && rate >= Math.Sqrt((double)_slotsBefore / Slots) * _slotRate;
        _slotsBefore = Slots;
        _slotRate = rate;
        return hasRoom;
    }

    private static (long Bytes, int Takers) Taken(ReadOnlySpan<ChokerPeer> peers)
    {
        long sent = 0;
        int takers = 0;
        foreach (ref readonly ChokerPeer peer in peers)
        {
            if (peer.BytesSent == 0) continue;
            sent += peer.BytesSent;
            takers++;
        }
        return (sent, takers);
    }

    // Sorts the best peer to the front.
    private readonly record struct Rank(int Index, long First, long Second, ulong Tie) : IComparable<Rank>
    {
        public int CompareTo(Rank other)
        {
            if (First != other.First) return other.First.CompareTo(First);
            if (Second != other.Second) return other.Second.CompareTo(Second);
            return Tie.CompareTo(other.Tie);
        }
    }
}
