using System.Buffers.Binary;
using System.Security.Cryptography;
using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Storage.Intake;
using Shoal.Storage.Resume;
using Shoal.Swarm;

namespace Shoal.Lab.Simulation;

/// <summary>
/// A disk that keeps no bytes, only counts: which blocks came, and which of them were spoiled. For thousands of peers.
/// What a crash leaves of unfinished pieces is what the program's journal would have noted.
/// </summary>
internal sealed class CountedDisk : ISimDisk
{
    private readonly SimPeer _peer;
    private readonly PieceGeometry _geometry;
    private readonly double _bytesPerSecond;
    private readonly Dictionary<int, BlockSet> _received = [];

    // What a journal would have noted of those.
    private readonly Dictionary<int, BlockSet> _noted = [];
    private readonly Bitfield _have;
    private readonly HashSet<(int Piece, int Block)> _spoiled = [];
    private TimeSpan _freeAt;
    private TimeSpan _notedAt;
    private long _settled;
    private long _writing;

    /// <summary>A disk with everything or nothing on it.</summary>
    /// <param name="peer">Whose it is.</param>
    /// <param name="geometry">Of the torrent.</param>
    /// <param name="hasAll">True for everything.</param>
    /// <param name="bytesPerSecond">Bytes written in a second; 0 for no limit.</param>
    public CountedDisk(SimPeer peer, PieceGeometry geometry, bool hasAll, double bytesPerSecond)
    {
        _peer = peer;
        _geometry = geometry;
        _bytesPerSecond = bytesPerSecond;
        _have = new Bitfield(geometry.PieceCount);
        if (hasAll) _have.SetAll();
    }

    public IReadOnlyList<BlockSpan> Unfinished { get; private set; } = [];

    public long UnsettledBytes => _settled + _writing;

    public bool HoldsAllOf(PieceIndex piece) =>
        _have[piece] || CountOf(piece) == _geometry.BlockCount(piece);

    public bool IsTrue(PieceIndex piece) => _have[piece];

    public Bitfield? Open(out string? error)
    {
        error = null;
        var unfinished = new List<BlockSpan>();
        foreach ((int piece, BlockSet blocks) in _received)
            blocks.AddRuns(_geometry, _geometry.Piece(piece), unfinished);
        Unfinished = unfinished;
        return new Bitfield(_have);
    }

    public void Begin(Protocol.Merkle.HashForest? forest)
    {
    }

    public void Tick(TimeSpan now)
    {
        // What is being written is noted another time.
        if (now - _notedAt < ResumeJournal.CheckpointInterval || _writing > 0) return;
        _notedAt = now;
        Note();
    }

    public bool Store(BlockSpan block, SlabSlice bytes, bool isSpoiled)
    {
        int piece = block.Piece.Value;
        if (HoldsAllOf(block.Piece)) return false;
        if (isSpoiled) _spoiled.Add((piece, block.FirstBlock));
        if (!_received.TryGetValue(piece, out BlockSet? received))
            _received.Add(piece, received = new BlockSet(_geometry.BlockCount(block.Piece)));
        received.Include(block);
        TimeSpan now = _peer.Network.Now;
        if (_bytesPerSecond > 0)
        {
            _freeAt = (_freeAt > now ? _freeAt : now) + TimeSpan.FromSeconds(block.Length / _bytesPerSecond);
            int length = block.Length;
            _writing += length;
            _peer.Later(_freeAt - now, () => Written(length));
        }
        else
        {
            _settled += block.Length;
        }
        if (received.Count == _geometry.BlockCount(block.Piece)) Judge(block.Piece);
        return true;
    }

    public void EndTurn()
    {
        long settled = _settled;
        _settled = 0;
        if (settled > 0) _peer.Settled(settled);
    }

    public void Forget(PieceIndex piece)
    {
        _received.Remove(piece.Value);
        _noted.Remove(piece.Value);
        _spoiled.RemoveWhere(spoiled => spoiled.Piece == piece.Value);
    }

    public void Recheck(PieceIndex piece) => Judge(piece);

    public void HashBlocks(PieceIndex piece)
    {
        var hashes = new Sha256Hash[_geometry.BlockCount(piece)];
        Span<byte> name = stackalloc byte[12];
        for (int block = 0; block < hashes.Length; block++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(name, piece.Value);
            BinaryPrimitives.WriteInt32LittleEndian(name[4..], block);
            // No two spoilings are alike.
            int mark = _spoiled.Contains((piece.Value, block)) ? 1 + _peer.Random.Next(int.MaxValue - 1) : 0;
            BinaryPrimitives.WriteInt32LittleEndian(name[8..], mark);
            hashes[block] = new Sha256Hash(SHA256.HashData(name));
        }
        _peer.Later(TimeSpan.Zero, () => _peer.BlocksHashed(piece, hashes));
    }

    public bool Read(BlockSpan block, Span<byte> into) => true;

    public void Complete()
    {
    }

    public void Close(bool isCrash)
    {
        if (!isCrash) Note();
        foreach (int piece in _received.Keys.Where(piece => !_noted.ContainsKey(piece)).ToList())
            _received.Remove(piece);
        foreach ((int piece, BlockSet noted) in _noted) _received[piece].CopyFrom(noted);
        _spoiled.RemoveWhere(block => !_received.TryGetValue(block.Piece, out BlockSet? kept) || !kept[block.Block]);
        _settled = _writing = 0;
    }

    private int CountOf(PieceIndex piece) =>
        _received.TryGetValue(piece.Value, out BlockSet? blocks) ? blocks.Count : 0;

    // A piece that is whole is noted when it was judged, which a crash may come before.
    private void Note()
    {
        foreach ((int piece, BlockSet blocks) in _received)
        {
            int count = _geometry.BlockCount(_geometry.Piece(piece));
            if (blocks.Count == count) continue;
            if (!_noted.TryGetValue(piece, out BlockSet? noted)) _noted.Add(piece, noted = new BlockSet(count));
            noted.CopyFrom(blocks);
        }
    }

    private void Written(int bytes)
    {
        _writing -= bytes;
        _peer.Settled(bytes);
    }

    private void Judge(PieceIndex piece)
    {
        TimeSpan wait = _freeAt - _peer.Network.Now;
        _peer.Later(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, () =>
        {
            bool isGood = true;
            if (_spoiled.Count > 0)
                for (int block = 0; block < _geometry.BlockCount(piece) && isGood; block++)
                    isGood = !_spoiled.Contains((piece.Value, block));
            if (isGood)
            {
                _have.Set(piece);
                _received.Remove(piece.Value);
                _noted.Remove(piece.Value);
            }
            _peer.PieceChecked(piece, isGood ? PieceResult.Good : PieceResult.Bad);
        });
    }
}
