using System.Security.Cryptography;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>A disk in memory that hashes what was really stored, so that a verdict is never a test's opinion.</summary>
internal sealed class MemoryDisk
{
    private readonly TestTorrent _torrent;
    private readonly HashSet<BlockSpan> _stored = [];
    private readonly List<PieceIndex> _whole = [];

    public MemoryDisk(TestTorrent torrent, HashForest? forest)
    {
        _torrent = torrent;
        Forest = forest;
        Bytes = new byte[torrent.PieceSpace.Length];
    }

    /// <summary>The piece space as it is on disk.</summary>
    public byte[] Bytes { get; }

    /// <summary>The v2 hashes known on this side; null for a v1 torrent.</summary>
    public HashForest? Forest { get; }

    /// <summary>Number of blocks that are stored.</summary>
    public int StoredBlocks => _stored.Count;

    /// <summary>Pieces that got their last block and have had no verdict.</summary>
    public IReadOnlyList<PieceIndex> Whole => _whole;

    /// <summary>Puts a right piece there, as if it had been downloaded before.</summary>
    public void Fill(PieceIndex piece) => _torrent.Piece(piece).Span.CopyTo(Bytes.AsSpan(Offset(piece)));

    /// <summary>Puts a block there, as if it had been downloaded before.</summary>
    public void Restore(BlockSpan block)
    {
        _torrent.Block(block).Span.CopyTo(Bytes.AsSpan(Offset(block.Piece) + block.Begin));
        _stored.Add(block);
    }

    public void Store(BlockSpan block, ReadOnlySpan<byte> bytes)
    {
        Assert.True(_stored.Add(block), $"Block {block} was stored twice.");
        bytes.CopyTo(Bytes.AsSpan(Offset(block.Piece) + block.Begin));
        int have = 0;
        for (int i = 0; i < _torrent.Geometry.BlockCount(block.Piece); i++)
            if (_stored.Contains(_torrent.Geometry.Block(block.Piece, i))) have++;
        if (have == _torrent.Geometry.BlockCount(block.Piece)) _whole.Add(block.Piece);
    }

    public void Forget(PieceIndex piece)
    {
        int forgotten = 0;
        for (int i = 0; i < _torrent.Geometry.BlockCount(piece); i++)
            if (_stored.Remove(_torrent.Geometry.Block(piece, i))) forgotten++;
        Assert.True(forgotten > 0, $"There was nothing of piece {piece}.");
    }

    public void Recheck(PieceIndex piece) => _whole.Add(piece);

    /// <summary>Takes the first piece that waits for its verdict.</summary>
    public bool TryTakeWhole(out PieceIndex piece)
    {
        piece = default;
        if (_whole.Count == 0) return false;
        piece = _whole[0];
        _whole.RemoveAt(0);
        return true;
    }

    public PieceResult Check(PieceIndex piece)
    {
        ReadOnlySpan<byte> bytes = Bytes.AsSpan(Offset(piece), _torrent.Geometry.Length(piece));
        if (_torrent.Info.Hashes.V1 is not null)
            return SHA1.HashData(bytes).AsSpan().SequenceEqual(_torrent.Info.V1PieceHash(piece))
                ? PieceResult.Good
                : PieceResult.Bad;
        if (!Forest!.TryPieceRoot(piece, out Sha256Hash root, out int leafCount)) return PieceResult.HashUnknown;
        byte[] leaves = TestTorrents.Leaves(bytes);
        return MerkleTree.Root(leaves, 0, leafCount) == root ? PieceResult.Good : PieceResult.Bad;
    }

    public Sha256Hash[] HashBlocks(PieceIndex piece)
    {
        byte[] leaves = TestTorrents.Leaves(
            Bytes.AsSpan(Offset(piece), _torrent.Geometry.PayloadLength(piece)));
        return [.. leaves.Chunk(Sha256Hash.Length).Select(leaf => new Sha256Hash(leaf))];
    }

    public ReadOnlyMemory<byte> Read(BlockSpan block) =>
        Bytes.AsMemory(Offset(block.Piece) + block.Begin, block.Length);

    private int Offset(PieceIndex piece) => (int)_torrent.Geometry.Offset(piece);
}
