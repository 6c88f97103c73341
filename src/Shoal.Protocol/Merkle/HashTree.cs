using System.Numerics;

namespace Shoal.Protocol.Merkle;

/// <summary>
/// The tree of one file from the layer of its pieces upwards, as far as it is proven. The owner of the torrent adds
/// hashes; hashing threads read at any time, so what is published is never changed: the piece layer lies in chunks of
/// <see cref="HashRequest.MaxLength"/> hashes, each set once.
/// </summary>
internal sealed class HashTree
{
    private const int ChunkLength = HashRequest.MaxLength;

    private readonly byte[]?[] _chunks;
    private int _missing;
    private byte[][]? _upper;

    public HashTree(Sha256Hash root, long fileLength, int pieceLength, int firstPiece)
    {
        Root = root;
        FirstPiece = firstPiece;
        PieceCount = (int)((fileLength + pieceLength - 1) / pieceLength);
        BlockCount = (int)((fileLength + PieceGeometry.BlockLength - 1) / PieceGeometry.BlockLength);
        Height = BitOperations.Log2((uint)MerkleTree.LeafCount(fileLength));
        PieceLayer = PieceCount == 1 ? Height : MerkleTree.PieceLayer(pieceLength);
        _chunks = new byte[(PieceCount + ChunkLength - 1) / ChunkLength][];
        _missing = _chunks.Length;
        if (PieceCount == 1) Publish(0, root.ToArray());
    }

    public Sha256Hash Root { get; }

    /// <summary>Number in the torrent of the file's first piece; of the first file of several with the root.</summary>
    public int FirstPiece { get; }

    public int PieceCount { get; }

    public int BlockCount { get; }

    /// <summary>Layer of the hashes of whole pieces. A file of one piece has none but its root.</summary>
    public int PieceLayer { get; }

    /// <summary>Layer of the root.</summary>
    public int Height { get; }

    /// <summary>Leaves under each hash of the piece layer, padding included.</summary>
    public int LeavesPerPiece => 1 << PieceLayer;

    public int ChunkCount => _chunks.Length;

    public bool IsComplete => Volatile.Read(ref _missing) == 0;

    public bool HasChunk(int chunk) => Volatile.Read(ref _chunks[chunk]) is not null;

    public bool HasPiece(int piece) => HasChunk(piece / ChunkLength);

    public bool TryPiece(int piece, out Sha256Hash hash)
    {
        byte[]? chunk = Volatile.Read(ref _chunks[piece / ChunkLength]);
        hash = chunk is null ? default : new Sha256Hash(At(chunk, piece % ChunkLength));
        return chunk is not null;
    }

    /// <summary>The request that brings one chunk, with the proof that leads to the root.</summary>
    public HashRequest ChunkRequest(int chunk)
    {
        int index = chunk * ChunkLength;
        uint width = 1u << (Height - PieceLayer);
        uint rest = BitOperations.RoundUpToPowerOf2((uint)(PieceCount - index));
        uint length = Math.Min(Math.Min(width, ChunkLength), Math.Max(2, rest));
        return new HashRequest(Root, (uint)PieceLayer, (uint)index, length, (uint)(Height - PieceLayer - 1));
    }

    /// <summary>Takes a whole piece layer, in which hashes lie end to end, if it folds to the root.</summary>
    public bool TryTakeLayer(ReadOnlySpan<byte> layer)
    {
        if (IsComplete || layer.Length != (long)PieceCount * Sha256Hash.Length) return false;
        if (MerkleTree.HoldsZero(layer)) return false;
        if (MerkleTree.Root(layer, PieceLayer, 1 << (Height - PieceLayer)) != Root) return false;
        const int chunkBytes = ChunkLength * Sha256Hash.Length;
        for (int i = 0; i < _chunks.Length; i++)
        {
            int end = Math.Min(layer.Length, (i + 1) * chunkBytes);
            if (!HasChunk(i)) Publish(i, layer[(i * chunkBytes)..end].ToArray());
        }
        return true;
    }

    /// <summary>Takes the answer to a request that <see cref="ChunkRequest"/> gave, if it folds to the root.</summary>
    public HashAcceptance Accept(in HashRequest request, ReadOnlySpan<byte> hashesAndUncles)
    {
        long chunk = request.Index / ChunkLength;
        if (PieceCount == 1 || chunk >= _chunks.Length || request != ChunkRequest((int)chunk))
            return HashAcceptance.NotRequested;
        if (HasChunk((int)chunk)) return HashAcceptance.AlreadyKnown;
        int real = Math.Min((int)request.Length, PieceCount - (int)request.Index);
        if (!Proves(request, hashesAndUncles, real) || MerkleProof.Climb(request, hashesAndUncles) != Root)
            return HashAcceptance.Invalid;
        Publish((int)chunk, hashesAndUncles[..(real * Sha256Hash.Length)].ToArray());
        return HashAcceptance.Accepted;
    }

    /// <summary>
    /// Checks the shape of an answer: hashes up to the end of the file that are not zero, since zero stands for "no
    /// block" and must never pass for a proven one, and the right padding after them.
    /// </summary>
    public static bool Proves(in HashRequest request, ReadOnlySpan<byte> hashesAndUncles, int real)
    {
        if (hashesAndUncles.Length != request.PayloadLength) return false;
        if (MerkleTree.HoldsZero(hashesAndUncles[..(real * Sha256Hash.Length)])) return false;
        ReadOnlySpan<byte> padding = MerkleTree.ZeroSubtreeBytes((int)request.BaseLayer);
        for (int i = real; i < request.Length; i++)
            if (!At(hashesAndUncles, i).SequenceEqual(padding)) return false;
        return true;
    }

    /// <summary>
    /// A hash on the piece layer or above it. Above the piece layer only of a complete tree.
    /// </summary>
    public ReadOnlySpan<byte> Node(int layer, long index)
    {
        if (layer == PieceLayer)
        {
            return index < PieceCount
                ? At(Volatile.Read(ref _chunks[index / ChunkLength]), (int)(index % ChunkLength))
                : MerkleTree.ZeroSubtreeBytes(layer);
        }
        byte[] row = Upper()[layer - PieceLayer - 1];
        return index < row.Length / Sha256Hash.Length ? At(row, (int)index) : MerkleTree.ZeroSubtreeBytes(layer);
    }

    /// <summary>The piece layer end to end; only of a complete tree.</summary>
    public byte[] ToLayer()
    {
        byte[] layer = new byte[PieceCount * Sha256Hash.Length];
        for (int i = 0; i < _chunks.Length; i++)
            Volatile.Read(ref _chunks[i])!.CopyTo(layer.AsSpan(i * ChunkLength * Sha256Hash.Length));
        return layer;
    }

    private static ReadOnlySpan<byte> At(ReadOnlySpan<byte> hashes, int index) =>
        hashes.Slice(index * Sha256Hash.Length, Sha256Hash.Length);

    /// <summary>
    /// The layers above the pieces, made when the first peer asks for one. Two threads may both make them; they are
    /// equal.
    /// </summary>
    private byte[][] Upper()
    {
        if (Volatile.Read(ref _upper) is { } known) return known;
        byte[][] rows = new byte[Height - PieceLayer][];
        byte[] below = ToLayer();
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = new byte[(below.Length / Sha256Hash.Length + 1) / 2 * Sha256Hash.Length];
            MerkleTree.Parents(below, PieceLayer + i, rows[i]);
            below = rows[i];
        }
        Volatile.Write(ref _upper, rows);
        return rows;
    }

    private void Publish(int chunk, byte[] hashes)
    {
        Volatile.Write(ref _chunks[chunk], hashes);
        Volatile.Write(ref _missing, _missing - 1);
    }
}
