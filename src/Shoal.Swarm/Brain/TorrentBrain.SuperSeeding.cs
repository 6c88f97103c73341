using System.Runtime.InteropServices;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm;

// Super-seeding (https://www.bittorrent.org/beps/bep_0016.html): a seed that is the only one does not say what it has.
// It offers each peer a few pieces that nobody else has or gets, and further ones as they arrive, so that each piece
// leaves it once before any leaves it twice.
//
//   Offering ── every piece is with somebody, and the peers spread them slower than we could ──▶ Open: all is told
//
// While the peers spread what they got faster than we could, we send nothing that they can send themselves. Who keeps
// what it got for itself gets no more: a piece counts as spread when another peer shows to have it.
public sealed partial class TorrentBrain
{
    // Pieces that a peer with a slot is offered at a time, besides those it takes in a second: one on its way, and one
    // to go on with.
    private const int OfferedAtOnce = 2;

    // However fast a peer is, what it was offered and does not finish is nobody else's meanwhile.
    private const int MaxOffered = 32;

    // Candidates compared for one offer: enough to find one that was offered to nobody, where there is one.
    private const int MaxComparedOffers = 64;

    // Peers that together get less than twice what we could send them gain by our help.
    private const int HelpsBelow = 2;

    // Pieces that a peer may keep to itself before it has passed any on: one in five that only take cost a tenth of a
    // copy with two.
    private const int LeastPatience = 1;

    // While we have pieces to give and nobody takes any for so long, we are too strict: patience doubles. It wears off
    // while the line is busy.
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan PatienceWearsOff = TimeSpan.FromSeconds(10);

    // A piece that its only holder has not passed on for so long is given to another, once all pieces are out. Most are
    // passed on within a round of chokes or two, and who crashed is back by then.
    private static readonly TimeSpan LongestKept = TimeSpan.FromSeconds(30);

    // The swarm may pause for so long, as between two rounds of chokes, without being in need of us.
    private static readonly TimeSpan SpreadPause = TimeSpan.FromSeconds(15);

    // Of each piece the peers with a slot that were offered it and have not got it, and those without a slot.
    private int[] _offersInSlots = [];
    private int[] _offersElsewhere = [];

    // Pieces to offer, which nobody with a slot was offered, as of the last tick; some may have been offered since.
    private readonly List<int> _toOffer = [];

    // True while those to offer are such that somebody keeps.
    private bool _offersKept;

    // Of each piece the peer that got it from us, until another has it; and since when.
    private PeerSession?[] _keepers = [];
    private TimeSpan[] _keptSince = [];
    private int _patience = LeastPatience;
    private TimeSpan _lastBusy;
    private TimeSpan _patienceChanged;
    private RateMeter _spread;
    private RateMeter _given;
    private long _bestGiven;
    private TimeSpan _lastSpread;

    // A peer that has everything has no use for us and leaves, and what it has does not count as lost by that.
    private bool _sawAnotherSeed;

    /// <summary>True while what is here is told piece by piece.</summary>
    public bool IsSuperSeeding { get; private set; }

    private void BeginSuperSeeding()
    {
        if (!_options.SuperSeed || !_have.IsFull || _sessions.Exists(s => s.Phase == SessionPhase.Open)) return;
        IsSuperSeeding = true;
        _lastBusy = _now;
        _offersInSlots = new int[_have.Length];
        _offersElsewhere = new int[_have.Length];
        _keepers = new PeerSession?[_have.Length];
        _keptSince = new TimeSpan[_have.Length];
        for (int piece = 0; piece < _have.Length; piece++) _toOffer.Add(piece);
    }

    /// <summary>
    /// Offers a peer what it is short of: one piece to make it interested, and more while it has a slot.
    /// </summary>
    private void OfferPieces(PeerSession session)
    {
        if (!IsSuperSeeding || session.Phase != SessionPhase.Open || session.Pieces is null) return;
        if (session.IsSeed && !_sawAnotherSeed)
        {
            _sawAnotherSeed = true;
            _toOffer.Clear();
        }
        if (session.NeedsNothing) return;
        int most = !session.UnchokedByUs ? 1 : Math.Min(
            MaxOffered, OfferedAtOnce + (int)(session.UploadRate / _geometry!.PieceLength));
        while (session.Offered.Count < most && IsTrusted(session) && TryFindOffer(session, out PieceIndex piece))
        {
            session.Offered.Add(piece);
            (session.Told ??= new Bitfield(_have.Length)).Set(piece);
            Offers(session)[piece.Value]++;
            PeerMessages.WriteHave(session.Outbox, piece);
            _port.HasOutput(session);
        }
    }

    /// <summary>A peer has a piece now: if it is one that it was offered, it is offered another.</summary>
    private void OfferedPieceArrived(PeerSession session, PieceIndex piece, TimeSpan now)
    {
        if (!IsSuperSeeding) return;
        _spread.Add(now, _geometry!.PieceLength);
        if (session.Offered.Remove(piece))
        {
            Offers(session)[piece.Value]--;
            _keepers[piece.Value] = session;
            _keptSince[piece.Value] = now;
            session.PiecesKept++;
        }
        else if (_keepers[piece.Value] is { } keeper && keeper != session)
        {
            _keepers[piece.Value] = null;
            keeper.PiecesKept--;
            keeper.PiecesPassedOn++;
            OfferPieces(keeper);
        }
    }

    /// <summary>
    /// A peer has said all that it has: what of it was offered before that is no offer, and would stand in the way of
    /// others for good, as its arrival is never told.
    /// </summary>
    private void ForgetNeedlessOffers(PeerSession session)
    {
        if (!IsSuperSeeding) return;
        for (int i = session.Offered.Count - 1; i >= 0; i--)
        {
            PieceIndex piece = session.Offered[i];
            if (!session.Pieces!.Set[piece]) continue;
            session.Offered.RemoveAt(i);
            Offers(session)[piece.Value]--;
        }
    }

    /// <summary>Blocks were sent.</summary>
    private void NoteGiven(int bytes, TimeSpan now)
    {
        if (!IsSuperSeeding) return;
        _given.Add(now, bytes);
        _lastBusy = now;
    }

    /// <summary>
    /// True while a peer has passed on enough of what it got to be given more. Who is alone has nobody to pass it to.
    /// </summary>
    private bool IsTrusted(PeerSession session)
    {
        if (session.Offered.Count + session.PiecesKept < _patience + session.PiecesPassedOn) return true;
        foreach (PeerSession other in _sessions)
            if (other != session && other.Phase == SessionPhase.Open && !other.NeedsNothing) return false;
        return true;
    }

    /// <summary>What a peer that left was offered and did not get is to be offered again.</summary>
    private void TakeOffersBack(PeerSession session)
    {
        if (!IsSuperSeeding) return;
        foreach (PieceIndex piece in session.Offered) Offers(session)[piece.Value]--;
        session.Offered.Clear();
        for (int piece = 0; piece < _keepers.Length; piece++)
            if (_keepers[piece] == session) _keepers[piece] = null;
    }

    /// <summary>A peer is about to get or lose its slot.</summary>
    private void MoveOffers(PeerSession session, bool hasSlot)
    {
        if (!IsSuperSeeding) return;
        foreach (PieceIndex piece in session.Offered)
        {
            _offersInSlots[piece.Value] += hasSlot ? 1 : -1;
            _offersElsewhere[piece.Value] -= hasSlot ? 1 : -1;
        }
    }

    private void TickSuperSeeding(TimeSpan now)
    {
        if (!IsSuperSeeding) return;
        _bestGiven = Math.Max(_bestGiven, _given.BytesPerSecond(now));
        bool isAllOut = CollectOffers(isKept: false, now);
        if (isAllOut) isAllOut = CollectOffers(isKept: true, now);
        AdjustPatience(now);
        if (!isAllOut || _spread.BytesPerSecond(now) > HelpsBelow * _bestGiven) _lastSpread = now;
        if (now - _lastSpread >= SpreadPause)
        {
            EndSuperSeeding();
            return;
        }
        foreach (PeerSession session in CollectionsMarshal.AsSpan(_sessions)) OfferPieces(session);
    }

    /// <summary>
    /// Finds what to offer: what nobody has, or what somebody keeps. False when there is any, offered already or not.
    /// </summary>
    private bool CollectOffers(bool isKept, TimeSpan now)
    {
        bool isNone = true;
        _toOffer.Clear();
        _offersKept = isKept;
        for (int piece = 0; piece < _have.Length && !_sawAnotherSeed; piece++)
        {
            bool isLacking = isKept ? IsKept(piece, now) : _picker!.Availability(_geometry!.Piece(piece)) == 0;
            if (!isLacking) continue;
            isNone = false;
            if (_offersInSlots[piece] == 0) _toOffer.Add(piece);
        }
        return isNone;
    }

    private bool IsKept(int piece, TimeSpan now) =>
        _keepers[piece] is not null && now - _keptSince[piece] >= LongestKept;

    private void AdjustPatience(TimeSpan now)
    {
        bool isBusy = _toOffer.Count == 0 || _sessions.Count == 0;
        foreach (PeerSession session in _sessions) isBusy |= session.HasUploads;
        if (isBusy) _lastBusy = now;
        if (now - _lastBusy >= LongestIdle)
        {
            _patience = Math.Min(_patience * 2, _have.Length);
            _lastBusy = _patienceChanged = now;
        }
        else if (now - _patienceChanged >= PatienceWearsOff)
        {
            _patience = Math.Max(LeastPatience, _patience / 2);
            _patienceChanged = now;
        }
    }

    private void EndSuperSeeding()
    {
        IsSuperSeeding = false;
        foreach (PeerSession session in _sessions)
        {
            session.Offered.Clear();
            if (session.Phase != SessionPhase.Open || session.Pieces is null) continue;
            // What the peer says to have too: from now on all of it is served.
            for (int piece = 0; piece < _have.Length; piece++)
                if (session.Told?[piece] != true)
                    PeerMessages.WriteHave(session.Outbox, _geometry!.Piece(piece));
            _port.HasOutput(session);
        }
    }

    /// <summary>
    /// A piece that is lacking and that nobody with a slot is getting; of those one that was offered to fewest.
    /// </summary>
    private bool TryFindOffer(PeerSession session, out PieceIndex piece)
    {
        int found = -1, least = int.MaxValue;
        int start = _toOffer.Count > 0 ? _random.Next(_toOffer.Count) : 0;
        for (int i = 0; i < _toOffer.Count && i < MaxComparedOffers && least > 0; i++)
        {
            int candidate = _toOffer[(start + i) % _toOffer.Count];
            if (_offersInSlots[candidate] > 0 || _offersElsewhere[candidate] >= least) continue;
            if (!MayBeOffered(session, _geometry!.Piece(candidate))) continue;
            least = _offersElsewhere[candidate];
            found = candidate;
        }
        piece = _geometry!.Piece(Math.Max(found, 0));
        return found >= 0;
    }

    private bool MayBeOffered(PeerSession session, PieceIndex piece) =>
        !session.Pieces!.Set[piece] && !session.Offered.Contains(piece)
        && (_offersKept ? _keepers[piece.Value] is not null : _picker!.Availability(piece) == 0);

    private int[] Offers(PeerSession session) => session.UnchokedByUs ? _offersInSlots : _offersElsewhere;
}
