using Shoal.Protocol;

namespace Shoal.Swarm.Picking;

/// <summary>
/// Decides which block to ask of which peer, and keeps the state of every piece and block of one torrent. Owned by
/// the torrent's brain; nothing in it is safe for two threads.
/// </summary>
/// <remarks>
/// What a pick weighs, in this order:
/// <list type="number">
/// <item>pieces that the peer suggested;</item>
/// <item>the piece the peer is on, to its end, blocks ascending: hashing and the sender's disk want order;</item>
/// <item>pieces that others began and nobody is on now;</item>
/// <item>before four pieces are complete: any piece in progress, then a random one, to have something to trade;</item>
/// <item>the rest of a run of pieces, for fast peers;</item>
/// <item>the highest priority, and in it the rarest untouched piece, by chance among equals;</item>
/// <item>a share in a piece that another peer is on, only when nothing untouched is left or too much is begun;</item>
/// <item>end game: when every block that can be had is asked for, a few blocks once more from a second peer.</item>
/// </list>
/// </remarks>
internal sealed partial class PiecePicker
{
    private readonly PieceGeometry _geometry;
    private readonly SwarmRandom _random;
    private readonly PieceState[] _states;
    private readonly PiecePriority[] _priorities;
    private readonly ushort[] _availability;
    private readonly RarityOrder[] _orders;
    private readonly Bitfield _none;
    private readonly Bitfield _full;

    // Wanted, not verified, and with something to transfer: what makes a peer interesting.
    private readonly Bitfield _needed;

    // Missing, and with something to transfer: what the rarity orders hold.
    private readonly Bitfield _fresh;

    // Number of fresh pieces of each priority.
    private readonly int[] _freshByLevel = new int[(int)PiecePriority.High + 1];

    private readonly Bitfield _have;
    private readonly List<PeerPieces> _peers = [];
    private readonly Dictionary<int, PartialPiece> _partialByPiece = [];
    private readonly List<PartialPiece> _partials = [];
    private readonly List<PartialPiece> _orphans = [];
    private readonly Stack<PartialPiece> _pool = new();
    private readonly Queue<int> _emptyPieces = new();
    private readonly int _blocksPerPiece;

    // Pieces that are some peer's current one.
    private int _ownedCount;

    // The orders are rebuilt before the next pick instead of following many single changes.
    private bool _ordersAreStale = true;

    /// <summary>Makes a picker for a torrent of which nothing is there and everything is wanted.</summary>
    public PiecePicker(PieceGeometry geometry, SwarmRandom random)
    {
        int count = geometry.PieceCount;
        _geometry = geometry;
        _random = random;
        _states = new PieceState[count];
        _priorities = new PiecePriority[count];
        _availability = new ushort[count];
        _none = new Bitfield(count);
        _full = new Bitfield(count);
        _full.SetAll();
        _needed = new Bitfield(count);
        _fresh = new Bitfield(count);
        _have = new Bitfield(count);
        _blocksPerPiece = (geometry.PieceLength + PieceGeometry.BlockLength - 1) / PieceGeometry.BlockLength;
        int[] position = new int[count];
        _orders = new RarityOrder[(int)PiecePriority.High + 1];
        for (int level = 0; level < _orders.Length; level++)
            _orders[level] = new RarityOrder(_availability, position, random);
        for (int piece = 0; piece < count; piece++) SetPriority(geometry.Piece(piece), PiecePriority.Normal);
    }

    /// <summary>The pieces that are on disk and verified. Only the picker writes it.</summary>
    public Bitfield Have => _have;

    /// <summary>Number of wanted pieces that are not verified yet.</summary>
    public int PiecesLeft { get; private set; }

    /// <summary>Bytes to transfer of all wanted pieces, verified or not.</summary>
    public long WantedBytes { get; private set; }

    /// <summary>Bytes of wanted pieces that are not verified yet; what trackers are told as "left".</summary>
    public long BytesLeft { get; private set; }

    /// <summary>Number of pieces that are Partial or Checking.</summary>
    public int PartialCount => _partials.Count;

    /// <summary>Bytes received of pieces that are Partial or Checking.</summary>
    public long PartialBytes
    {
        get
        {
            long sum = 0;
            foreach (PartialPiece partial in _partials) sum += partial.ReceivedBytes;
            return sum;
        }
    }

    /// <summary>Where a piece stands.</summary>
    public PieceState State(PieceIndex piece) => _states[piece.Value];

    /// <summary>How much a piece is wanted.</summary>
    public PiecePriority Priority(PieceIndex piece) => _priorities[piece.Value];

    /// <summary>Number of present peers that have a piece, seeds included.</summary>
    public int Availability(PieceIndex piece) => _availability[piece.Value] + SeedCount;

    /// <summary>
    /// Sets how much a piece is wanted. Blocks of it that are on their way are still taken when it becomes unwanted.
    /// </summary>
    public void SetPriority(PieceIndex piece, PiecePriority priority)
    {
        int number = piece.Value;
        PiecePriority before = _priorities[number];
        if (before == priority) return;
        PieceState state = _states[number];
        bool isUntouched = state is PieceState.Missing or PieceState.Unwanted;
        if (isUntouched) LeaveOrder(number);
        _priorities[number] = priority;
        bool wasWanted = before != PiecePriority.Unwanted;
        bool isWanted = priority != PiecePriority.Unwanted;
        if (isUntouched) ComeToRest(number);
        if (wasWanted == isWanted) return;
        int payload = _geometry.PayloadLength(piece);
        WantedBytes += isWanted ? payload : -payload;
        if (state == PieceState.Have) return;
        CountAsLeft(piece, isWanted);
        if (payload == 0)
        {
            if (isWanted) _emptyPieces.Enqueue(number);
            return;
        }
        if (_partialByPiece.TryGetValue(number, out PartialPiece? partial)) PlaceByOpenBlocks(partial);
    }

    /// <summary>Notes that a piece is on disk and verified, whatever was known of it before.</summary>
    public void MarkHave(PieceIndex piece)
    {
        int number = piece.Value;
        if (_states[number] == PieceState.Have) return;
        if (_partialByPiece.TryGetValue(number, out PartialPiece? partial)) Drop(partial);
        LeaveOrder(number);
        _states[number] = PieceState.Have;
        _have.Set(number);
        if (_priorities[number] != PiecePriority.Unwanted) CountAsLeft(piece, false);
    }

    /// <summary>Notes that a piece that was there is not, or is damaged on disk.</summary>
    public void MarkLost(PieceIndex piece)
    {
        int number = piece.Value;
        if (_states[number] != PieceState.Have) return;
        _have.Clear(number);
        ComeToRest(number);
        if (_priorities[number] == PiecePriority.Unwanted) return;
        CountAsLeft(piece, true);
        if (_geometry.PayloadLength(piece) == 0) _emptyPieces.Enqueue(number);
    }

    /// <summary>Notes that the hash of a piece in state Checking was right.</summary>
    public void PieceGood(PieceIndex piece)
    {
        RequireChecking(piece);
        MarkHave(piece);
    }

    /// <summary>
    /// Notes that the hash of a piece in state Checking was wrong: all of it has to come again. Whoever wants to know
    /// who sent it asks <see cref="Contributor"/> before. A piece of nothing but padding is not checked a second time:
    /// no transfer can ever make it right.
    /// </summary>
    public void PieceBad(PieceIndex piece)
    {
        RequireChecking(piece);
        if (_partialByPiece.TryGetValue(piece.Value, out PartialPiece? partial)) Drop(partial);
        ComeToRest(piece.Value);
    }

    /// <summary>
    /// Notes which blocks of a piece in state Checking were wrong, where the block hashes of BEP 52 tell; the others
    /// are kept.
    /// </summary>
    /// <param name="piece">In state Checking.</param>
    /// <param name="blocks">At least one block number.</param>
    public void BlocksBad(PieceIndex piece, ReadOnlySpan<int> blocks)
    {
        RequireChecking(piece);
        PartialPiece partial = _partialByPiece[piece.Value];
        foreach (int block in blocks) partial.Reopen(block);
        if (partial.OpenCount == 0)
            throw new ArgumentException("No block of the piece is named as bad.", nameof(blocks));
        _states[piece.Value] = PieceState.Partial;
        AfterRelease(partial);
    }

    /// <summary>
    /// Takes a wanted piece that has no block to transfer and only needs its hash checked; it is in state Checking
    /// then.
    /// </summary>
    public bool TryTakeEmptyPiece(out PieceIndex piece)
    {
        while (_emptyPieces.TryDequeue(out int number))
        {
            if (_states[number] != PieceState.Missing) continue;
            piece = _geometry.Piece(number);
            _states[number] = PieceState.Checking;
            return true;
        }
        piece = default;
        return false;
    }

    private void RequireChecking(PieceIndex piece)
    {
        if (_states[piece.Value] != PieceState.Checking)
            throw new InvalidOperationException($"Piece {piece} is {_states[piece.Value]} and not being checked.");
    }

    private void CountAsLeft(PieceIndex piece, bool isLeft)
    {
        int payload = _geometry.PayloadLength(piece);
        PiecesLeft += isLeft ? 1 : -1;
        BytesLeft += isLeft ? payload : -payload;
        if (payload == 0) return;
        if (isLeft) _needed.Set(piece); else _needed.Clear(piece);
        foreach (PeerPieces peer in _peers)
            if (peer.Set[piece]) peer.NeededCount += isLeft ? 1 : -1;
    }

    // Brings a piece that nothing is asked or received of to Missing or Unwanted, and into its order.
    private void ComeToRest(int piece)
    {
        bool isWanted = _priorities[piece] != PiecePriority.Unwanted;
        _states[piece] = isWanted ? PieceState.Missing : PieceState.Unwanted;
        if (!isWanted || _geometry.BlockCount(_geometry.Piece(piece)) == 0) return;
        _fresh.Set(piece);
        _freshByLevel[(int)_priorities[piece]]++;
        if (!_ordersAreStale) _orders[(int)_priorities[piece]].Add(piece);
    }

    private void LeaveOrder(int piece)
    {
        if (!_fresh.Clear(piece)) return;
        _freshByLevel[(int)_priorities[piece]]--;
        if (!_ordersAreStale) _orders[(int)_priorities[piece]].Remove(piece);
    }

    private void RefreshOrders()
    {
        if (!_ordersAreStale) return;
        _ordersAreStale = false;
        for (int level = (int)PiecePriority.Low; level <= (int)PiecePriority.High; level++)
        {
            if (_freshByLevel[level] == 0) _orders[level].Clear();
            else _orders[level].Rebuild(_fresh, _priorities, (PiecePriority)level);
        }
    }
}
