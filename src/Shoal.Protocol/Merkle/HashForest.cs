using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using Shoal.Protocol.Torrents;

namespace Shoal.Protocol.Merkle;

/// <summary>
/// The merkle trees of all files of one torrent
/// (<see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>): knows the roots of pieces, asks for those
/// that are missing, serves what others ask and proves what they send before keeping it. The torrent's owner calls
/// <see cref="Accept"/>; every other member may be called from any thread.
/// </summary>
/// <remarks>
/// Leaves are not kept: they follow from the bytes on disk, and whoever reads those passes them in. A v1-only torrent
/// has a forest without trees, which knows no root and misses none.
/// </remarks>
public sealed partial class HashForest
{
    /// <summary>The tree of each file in the order of the piece space; files of equal content share one.</summary>
    private readonly List<(int FirstPiece, HashTree Tree)> _byPiece = [];
    private readonly List<HashTree> _trees = [];
    private readonly Dictionary<Sha256Hash, int> _byRoot = [];
    private int _incomplete;

    /// <summary>Plants the trees of a torrent.</summary>
    /// <param name="info">The torrent.</param>
    /// <param name="pieceLayers">
    /// Piece layers that are known, by root; null for none. One that does not fold to its root is left out.
    /// </param>
    public HashForest(TorrentInfo info, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>>? pieceLayers = null)
    {
        int pieceLength = info.Geometry.PieceLength;
        foreach (TorrentFile file in info.Files)
        {
            if (file.PiecesRoot is not { } root || file.Length == 0) continue;
            int firstPiece = (int)(file.Offset / pieceLength);
            if (!_byRoot.TryGetValue(root, out int number))
            {
                number = _trees.Count;
                _byRoot.Add(root, number);
                _trees.Add(new HashTree(root, file.Length, pieceLength, firstPiece));
                if (pieceLayers is not null && pieceLayers.TryGetValue(root, out ReadOnlyMemory<byte> layer))
                    _trees[number].TryTakeLayer(layer.Span);
            }
            _byPiece.Add((firstPiece, _trees[number]));
        }
        foreach (HashTree tree in _trees)
            if (!tree.IsComplete) _incomplete++;
    }

    /// <summary>True when no piece root is missing; also for a torrent without v2 hashes.</summary>
    public bool HasAllPieceRoots => Volatile.Read(ref _incomplete) == 0;

    /// <summary>True when the root of a piece is known.</summary>
    public bool HasPieceRoot(PieceIndex piece) =>
        TryTree(piece, out HashTree? tree, out int number) && tree.HasPiece(number);

    /// <summary>
    /// The hash that the leaves of a piece must fold to when they are padded with zero hashes to
    /// <paramref name="leafCount"/>, a power of two. For a file of one piece it is the file's own root, and the leaves
    /// may be fewer than a full piece has. False when the root is not known yet, or the torrent has no v2 hashes.
    /// </summary>
    public bool TryPieceRoot(PieceIndex piece, out Sha256Hash root, out int leafCount)
    {
        root = default;
        leafCount = 0;
        if (!TryTree(piece, out HashTree? tree, out int number) || !tree.TryPiece(number, out root)) return false;
        leafCount = tree.LeavesPerPiece;
        return true;
    }

    /// <summary>The first request whose answer brings missing piece roots; false when none is missing.</summary>
    public bool TryNextMissing(out HashRequest request) => TryMissing(0, 0, out request);

    /// <summary>The next such request after <paramref name="previous"/>, so that several can be out at once.</summary>
    public bool TryMissingAfter(HashRequest previous, out HashRequest request)
    {
        request = default;
        return _byRoot.TryGetValue(previous.Root, out int tree)
            && TryMissing(tree, previous.Index / HashRequest.MaxLength + 1, out request);
    }

    /// <summary>The request whose answer brings the root of one piece; false when it is known or has none.</summary>
    public bool TryMissingFor(PieceIndex piece, out HashRequest request)
    {
        request = default;
        if (!TryTree(piece, out HashTree? tree, out int number) || tree.HasPiece(number)) return false;
        request = tree.ChunkRequest(number / HashRequest.MaxLength);
        return true;
    }

    /// <summary>Judges a request of a peer by its numbers and by the file it names.</summary>
    public HashRequestFault Check(in HashRequest request)
    {
        HashRequestFault fault = request.Check();
        if (fault != HashRequestFault.None) return fault;
        if (!_byRoot.TryGetValue(request.Root, out int number)) return HashRequestFault.Refused;
        int above = _trees[number].Height - (int)request.BaseLayer;
        bool inside = above > 0 && (ulong)request.Index + request.Length <= 1UL << above && request.ProofLayers < above;
        return inside ? HashRequestFault.None : HashRequestFault.Refused;
    }

    /// <summary>
    /// Writes the answer to a request for hashes of pieces or of layers above them. False when it is faulty, asks for
    /// leaves, or the file's piece layer is not complete: a reason for a hash reject.
    /// </summary>
    /// <param name="request">The request of a peer.</param>
    /// <param name="destination">Room for <see cref="HashRequest.PayloadLength"/> bytes.</param>
    /// <param name="written">Bytes of the answer.</param>
    public bool TryServe(in HashRequest request, Span<byte> destination, out int written)
    {
        written = 0;
        if (Check(request) != HashRequestFault.None) return false;
        HashTree tree = _trees[_byRoot[request.Root]];
        if (request.BaseLayer < tree.PieceLayer || !tree.IsComplete) return false;
        for (uint i = 0; i < request.Length; i++)
            Append(tree.Node((int)request.BaseLayer, request.Index + i), destination, ref written);
        int firstUncle = (int)request.BaseLayer + BitOperations.Log2(request.Length);
        AppendUncles(tree, request, firstUncle, destination, ref written);
        return true;
    }

    /// <summary>
    /// Proves hashes that a peer sent in answer to a request of <see cref="TryNextMissing"/> and its siblings, and
    /// keeps them.
    /// </summary>
    public HashAcceptance Accept(in HashRequest request, ReadOnlySpan<byte> hashesAndUncles)
    {
        if (!_byRoot.TryGetValue(request.Root, out int number)) return HashAcceptance.NotRequested;
        HashAcceptance acceptance = _trees[number].Accept(request, hashesAndUncles);
        if (acceptance == HashAcceptance.Accepted && _trees[number].IsComplete)
            Volatile.Write(ref _incomplete, _incomplete - 1);
        return acceptance;
    }

    /// <summary>All piece layers that are complete, by root, in the form that a .torrent carries.</summary>
    public IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> ToPieceLayers()
    {
        var layers = new Dictionary<Sha256Hash, ReadOnlyMemory<byte>>();
        foreach (HashTree tree in _trees)
            if (tree.PieceCount > 1 && tree.IsComplete) layers.Add(tree.Root, tree.ToLayer());
        return layers;
    }

    private bool TryMissing(int firstTree, long firstChunk, out HashRequest request)
    {
        request = default;
        if (HasAllPieceRoots) return false;
        for (int i = firstTree; i < _trees.Count; i++, firstChunk = 0)
        {
            if (_trees[i].IsComplete) continue;
            for (int chunk = (int)firstChunk; chunk < _trees[i].ChunkCount; chunk++)
            {
                if (_trees[i].HasChunk(chunk)) continue;
                request = _trees[i].ChunkRequest(chunk);
                return true;
            }
        }
        return false;
    }

    /// <summary>The tree over a piece, and the number of the piece in that tree's file.</summary>
    private bool TryTree(PieceIndex piece, [NotNullWhen(true)] out HashTree? tree, out int number)
    {
        int low = 0, high = _byPiece.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_byPiece[middle].FirstPiece <= piece.Value) low = middle + 1;
            else high = middle;
        }
        tree = low == 0 ? null : _byPiece[low - 1].Tree;
        number = low == 0 ? 0 : piece.Value - _byPiece[low - 1].FirstPiece;
        return tree is not null && number < tree.PieceCount;
    }

    /// <summary>Appends the uncles from a layer, not below the piece layer, to the top layer of the answer.</summary>
    private static void AppendUncles(
        HashTree tree, in HashRequest request, int layer, Span<byte> destination, ref int written)
    {
        for (; layer < request.TopLayer; layer++)
            Append(tree.Node(layer, (request.Index >> (layer - (int)request.BaseLayer)) ^ 1), destination, ref written);
    }

    private static void Append(ReadOnlySpan<byte> hash, Span<byte> destination, ref int written)
    {
        hash.CopyTo(destination[written..]);
        written += Sha256Hash.Length;
    }
}
