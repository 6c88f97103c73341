namespace Shoal.Protocol.Merkle;

/// <content>Leaves: the hashes of blocks, which tell the good blocks of a bad piece from the others.</content>
public sealed partial class HashForest
{
    /// <summary>
    /// The request for leaves of one piece, proven up to the root of the piece: up to 512 of them with
    /// <paramref name="firstLeaf"/> among them. False when the piece has but one leaf, which is its root.
    /// </summary>
    public bool TryLeafRequest(PieceIndex piece, int firstLeaf, out HashRequest request)
    {
        request = default;
        if (!TryTree(piece, out HashTree? tree, out int number) || tree.PieceLayer == 0) return false;
        uint length = (uint)Math.Min(HashRequest.MaxLength, tree.LeavesPerPiece);
        uint index = (uint)(number * tree.LeavesPerPiece) + (uint)firstLeaf / length * length;
        request = new HashRequest(tree.Root, 0, index, length, (uint)tree.PieceLayer - 1);
        return true;
    }

    /// <summary>The piece whose leaves a request asks for; false when it is faulty or not for one piece.</summary>
    public bool TryLeafPiece(in HashRequest request, out PieceIndex piece)
    {
        piece = default;
        if (Check(request) != HashRequestFault.None || request.BaseLayer != 0) return false;
        HashTree tree = _trees[_byRoot[request.Root]];
        long number = request.Index / tree.LeavesPerPiece;
        if (request.Length > tree.LeavesPerPiece || number >= tree.PieceCount) return false;
        piece = new PieceIndex(tree.FirstPiece + (int)number);
        return true;
    }

    /// <summary>
    /// Writes the answer to a request for leaves. False when it is faulty, when a hash that the proof needs is not
    /// known, or when the leaves are not those of the piece.
    /// </summary>
    /// <param name="request">The request of a peer.</param>
    /// <param name="leaves">Hashes of all blocks of the piece of <see cref="TryLeafPiece"/>, end to end.</param>
    /// <param name="destination">Room for <see cref="HashRequest.PayloadLength"/> bytes.</param>
    /// <param name="written">Bytes of the answer.</param>
    public bool TryServeLeaves(
        in HashRequest request, ReadOnlySpan<byte> leaves, Span<byte> destination, out int written)
    {
        written = 0;
        if (!TryLeafPiece(request, out PieceIndex piece)) return false;
        HashTree tree = _trees[_byRoot[request.Root]];
        if (!tree.TryPiece(piece.Value - tree.FirstPiece, out Sha256Hash root)) return false;
        if (request.TopLayer > tree.PieceLayer && !tree.IsComplete) return false;
        bool served = LeafProof.TryAppend(request, tree.PieceLayer, leaves, root, destination, ref written);
        if (served && request.TopLayer > tree.PieceLayer)
            AppendUncles(tree, request, tree.PieceLayer, destination, ref written);
        if (!served) written = 0;
        return served;
    }

    /// <summary>
    /// Proves leaves that a peer sent; they are the first hashes of the answer. Nothing is kept. They count as not
    /// requested when the hash to which they fold is not known itself.
    /// </summary>
    public HashAcceptance VerifyLeaves(in HashRequest request, ReadOnlySpan<byte> hashesAndUncles)
    {
        if (!TryLeafPiece(request, out PieceIndex piece)) return HashAcceptance.NotRequested;
        HashTree tree = _trees[_byRoot[request.Root]];
        if (!TryTop(tree, request, out Sha256Hash top)) return HashAcceptance.NotRequested;
        int real = (int)Math.Clamp(tree.BlockCount - (long)request.Index, 0, request.Length);
        return HashTree.Proves(request, hashesAndUncles, real) && MerkleProof.Climb(request, hashesAndUncles) == top
            ? HashAcceptance.Accepted
            : HashAcceptance.Invalid;
    }

    /// <summary>The known hash to which an answer about leaves folds.</summary>
    private static bool TryTop(HashTree tree, in HashRequest request, out Sha256Hash top)
    {
        top = tree.Root;
        if (request.TopLayer == tree.Height) return true;
        if (request.TopLayer == tree.PieceLayer) return tree.TryPiece((int)request.TopIndex, out top);
        if (request.TopLayer < tree.PieceLayer || !tree.IsComplete) return false;
        top = new Sha256Hash(tree.Node(request.TopLayer, request.TopIndex));
        return true;
    }
}
