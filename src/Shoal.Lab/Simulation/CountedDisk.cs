using System.Buffers.Binary;
using System.Security.Cryptography;
using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Swarm;

namespace Shoal.Lab.Simulation;

/// <summary>
/// A disk that keeps no bytes, only counts: which blocks came, and which of them were spoiled. For thousands of peers.
/// </summary>
internal sealed class CountedDisk : ISimDisk
{
    private readonly SimPeer _peer;
    private readonly PieceGeometry _geometry;
    private readonly double _bytesPerSecond;
    private readonly int[] _counts;
    private readonly Bitfield _have;
    private readonly HashSet<(int Piece, int Block)> _spoiled = [];
    private TimeSpan _freeAt;
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
        _counts = new int[geometry.PieceCount];
        _have = new Bitfield(geometry.PieceCount);
        if (hasAll) _have.SetAll();
    }

    public long UnsettledBytes => _settled + _writing;

    public bool HoldsAllOf(PieceIndex piece) =>
        _have[piece] || _counts[piece.Value] == _geometry.BlockCount(piece);

    public bool IsTrue(PieceIndex piece) => _have[piece];

    public Bitfield? Open(out string? error)
    {
        error = null;
        return new Bitfield(_have);
    }

    public void Begin(Protocol.Merkle.HashForest? forest)
    {
    }

    public void Tick(TimeSpan now)
    {
    }

    public bool Store(BlockSpan block, SlabSlice bytes, bool isSpoiled)
    {
        int piece = block.Piece.Value;
        if (_have[piece] || _counts[piece] == _geometry.BlockCount(block.Piece)) return false;
        if (isSpoiled) _spoiled.Add((piece, block.Begin / PieceGeometry.BlockLength));
        _counts[piece]++;
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
        if (_counts[piece] == _geometry.BlockCount(block.Piece)) Judge(block.Piece);
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
        _counts[piece.Value] = 0;
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
        // Blocks of pieces that are not whole are given up, as the program does.
        for (int i = 0; i < _counts.Length; i++)
            if (!_have[i]) Forget(_geometry.Piece(i));
        _settled = _writing = 0;
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
            if (isGood) _have.Set(piece);
            _peer.PieceChecked(piece, isGood ? PieceResult.Good : PieceResult.Bad);
        });
    }
}
