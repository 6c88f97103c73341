using Shoal.Protocol;

namespace Shoal.Swarm.Peers;

/// <summary>
/// Finds out who sends bad data. Where several peers had a hand in a bad piece, the hashes of its blocks are kept; when
/// the piece is good later, who sent a block that differs is guilty, and the others are cleared. Until then all of them
/// lose trust and are on parole. Owned by the torrent's brain.
/// </summary>
/// <remarks>
/// Who sent all of a bad piece alone is guilty at once. Trust runs from -7 to 8, as in libtorrent: one up for a part in
/// a good piece, two down for one in a bad piece. Unlike there, least trust alone makes nobody guilty: an honest peer
/// that shares a few pieces with a liar gets there too, and the comparison is sure to find the right one.
/// </remarks>
/// <typeparam name="TPeer">What names a peer beyond one connection.</typeparam>
internal sealed class BlameLedger<TPeer>
    where TPeer : notnull, IEquatable<TPeer>
{
    /// <summary>Trust below which bad pieces take nothing more.</summary>
    public const int LeastTrust = -7;

    /// <summary>Trust beyond which good pieces add nothing.</summary>
    public const int MostTrust = 8;

    /// <summary>Trust lost by a part in a bad piece.</summary>
    public const int BadPieceCost = 2;

    /// <summary>
    /// Block hashes kept. 32 Ki of them, some 2 MiB, are 32 pieces of 16 MiB; when there are more, those of the oldest
    /// bad piece go. One piece that alone has more, as it came bad from ever new peers, begins anew.
    /// </summary>
    public const int MaxKeptBlocks = 32 * 1024;

    /// <summary>
    /// Contributors of one bad piece that can get their trust back; four versions of a piece from 64 peers each.
    /// </summary>
    public const int MaxCosts = 256;

    /// <summary>Bad pieces remembered; beyond it the oldest is forgotten.</summary>
    public const int MaxBadPieces = 1024;

    /// <summary>
    /// Peers with a record; beyond it those with most trust are forgotten, as libtorrent's peer list ends.
    /// </summary>
    public const int MaxRecords = 3000;

    private readonly Dictionary<TPeer, Record> _records = [];
    private readonly Dictionary<int, BadPiece> _badPieces = [];
    private readonly Queue<int> _badPiecesByAge = new();
    private int _keptBlocks;

    /// <summary>Block hashes that are kept now.</summary>
    public int KeptBlocks => _keptBlocks;

    /// <summary>Trust in a peer, from -7 to 8; 0 for one that nothing is known of.</summary>
    public int Trust(TPeer peer) => _records.TryGetValue(peer, out Record record) ? record.Trust : 0;

    /// <summary>True while the peer is to get only pieces of its own.</summary>
    public bool IsOnParole(TPeer peer) => _records.TryGetValue(peer, out Record record) && record.IsOnParole;

    /// <summary>True when block hashes of an earlier, bad version of the piece wait to be compared.</summary>
    public bool IsWaitingFor(PieceIndex piece) => _badPieces.ContainsKey(piece.Value);

    /// <summary>Notes a bad piece.</summary>
    /// <param name="piece">Whose hash was wrong.</param>
    /// <param name="contributors">Everybody who sent a block of it, each once.</param>
    /// <param name="guilty">Takes those who are guilty by this.</param>
    public void PieceBad(PieceIndex piece, ReadOnlySpan<TPeer> contributors, ICollection<TPeer> guilty)
    {
        BadPiece bad = BadPieceOf(piece);
        foreach (TPeer peer in contributors)
        {
            Record record = _records.GetValueOrDefault(peer);
            record = new Record(Math.Max(LeastTrust, record.Trust - BadPieceCost), IsOnParole: true);
            Keep(peer, record);
            if (bad.Costs.Count < MaxCosts || bad.Costs.ContainsKey(peer))
                bad.Costs[peer] = bad.Costs.GetValueOrDefault(peer) + BadPieceCost;
        }
        if (contributors.Length == 1) guilty.Add(contributors[0]);
    }

    /// <summary>Notes a good piece: whoever sent part of it is trusted more and off parole.</summary>
    /// <param name="contributors">Everybody who sent a block of it, each once.</param>
    public void PieceGood(ReadOnlySpan<TPeer> contributors)
    {
        foreach (TPeer peer in contributors)
        {
            int trust = Math.Min(MostTrust, Trust(peer) + 1);
            Keep(peer, new Record(trust, IsOnParole: false));
        }
    }

    /// <summary>
    /// Keeps the hash of one block of a bad piece. True when this alone proves the peer guilty: it sent that block
    /// twice with different bytes.
    /// </summary>
    public bool KeepBadBlock(PieceIndex piece, int block, TPeer peer, Sha256Hash hash)
    {
        BadPiece bad = BadPieceOf(piece);
        if (bad.Blocks.TryGetValue((block, peer), out Sha256Hash kept)) return kept != hash;
        while (_keptBlocks >= MaxKeptBlocks) MakeRoom(piece.Value, bad);
        bad.Blocks.Add((block, peer), hash);
        _keptBlocks++;
        return false;
    }

    /// <summary>
    /// Compares a piece that is good now with what was kept of it, and forgets that. Everybody else who had a hand in
    /// the bad versions gets back the trust that they cost.
    /// </summary>
    /// <param name="piece">Whose hash was right this time.</param>
    /// <param name="goodBlocks">The hashes of its blocks, in order.</param>
    /// <param name="guilty">Takes those who sent other bytes, each once.</param>
    public void Compare(PieceIndex piece, ReadOnlySpan<Sha256Hash> goodBlocks, ICollection<TPeer> guilty)
    {
        if (!_badPieces.TryGetValue(piece.Value, out BadPiece? bad)) return;
        foreach (((int block, TPeer peer), Sha256Hash hash) in bad.Blocks)
        {
            bool isSame = (uint)block < (uint)goodBlocks.Length && goodBlocks[block] == hash;
            if (isSame || guilty.Contains(peer)) continue;
            guilty.Add(peer);
            bad.Costs.Remove(peer);
        }
        foreach ((TPeer peer, int cost) in bad.Costs)
        {
            if (_records.TryGetValue(peer, out Record record))
                _records[peer] = new Record(Math.Min(MostTrust, record.Trust + cost), IsOnParole: false);
        }
        Forget(piece.Value);
    }

    /// <summary>Forgets a peer, once it is banned.</summary>
    public void Forget(TPeer peer) => _records.Remove(peer);

    private void Forget(int piece)
    {
        if (!_badPieces.Remove(piece, out BadPiece? bad)) return;
        _keptBlocks -= bad.Blocks.Count;
        for (int left = _badPiecesByAge.Count; left > 0; left--)
        {
            int next = _badPiecesByAge.Dequeue();
            if (next != piece) _badPiecesByAge.Enqueue(next);
        }
    }

    private void MakeRoom(int kept, BadPiece bad)
    {
        foreach (int piece in _badPiecesByAge)
        {
            if (piece == kept) continue;
            Forget(piece);
            return;
        }
        _keptBlocks -= bad.Blocks.Count;
        bad.Blocks.Clear();
    }

    private BadPiece BadPieceOf(PieceIndex piece)
    {
        if (_badPieces.TryGetValue(piece.Value, out BadPiece? bad)) return bad;
        if (_badPieces.Count == MaxBadPieces) Forget(_badPiecesByAge.Peek());
        bad = new BadPiece();
        _badPieces.Add(piece.Value, bad);
        _badPiecesByAge.Enqueue(piece.Value);
        return bad;
    }

    private void Keep(TPeer peer, Record record)
    {
        _records[peer] = record;
        if (_records.Count <= MaxRecords) return;
        TPeer most = peer;
        int mostTrust = int.MinValue;
        foreach ((TPeer other, Record held) in _records)
        {
            if (held.Trust <= mostTrust || other.Equals(peer)) continue;
            most = other;
            mostTrust = held.Trust;
        }
        _records.Remove(most);
    }

    private readonly record struct Record(int Trust, bool IsOnParole);

    private sealed class BadPiece
    {
        // Trust that each contributor lost by this piece.
        public Dictionary<TPeer, int> Costs { get; } = [];

        public Dictionary<(int Block, TPeer Peer), Sha256Hash> Blocks { get; } = [];
    }
}
