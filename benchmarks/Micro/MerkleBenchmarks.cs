using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;

namespace Shoal.Micro;

/// <summary>Trees over hashes that are there: piece roots, a piece layer, proofs for other peers.</summary>
public class MerkleBenchmarks
{
    private const int Pieces = 16_384;
    private const int PieceLength = 1 << 18;
    private const int Asked = 512;

    private readonly byte[] _layer = new byte[Pieces * Sha256Hash.Length];
    private readonly byte[] _parents = new byte[Pieces / 2 * Sha256Hash.Length];
    private readonly byte[] _answer = new byte[HashRequest.MaxLength * 2 * Sha256Hash.Length];
    private HashForest _forest = null!;
    private HashRequest _request;

    [GlobalSetup]
    public void Begin()
    {
        new Random(1).NextBytes(_layer);
        byte[] torrent = PlainTorrent.Create(TorrentVersion.V2, files: 1, Pieces, PieceLength);
        if (!MetainfoReader.TryRead(torrent, out Metainfo? metainfo, out string? error))
            throw new InvalidOperationException(error);
        _forest = new HashForest(metainfo.Info, metainfo.PieceLayers);
        Sha256Hash root = metainfo.Info.Files[0].PiecesRoot!.Value;
        _request = new HashRequest(root, (uint)MerkleTree.PieceLayer(PieceLength), Asked, Asked, ProofLayers: 13);
        if (!_forest.TryServe(_request, _answer, out _)) throw new InvalidOperationException("It is not served.");
    }

    /// <summary>The root of a piece of 1 MiB from its 64 leaves.</summary>
    [Benchmark]
    public Sha256Hash Root_of_a_piece() => MerkleTree.Root(_layer.AsSpan(0, 64 * Sha256Hash.Length), 0, 64);

    /// <summary>One layer of a file of 16,384 pieces.</summary>
    [Benchmark]
    public void Parents_of_a_layer() => MerkleTree.Parents(_layer, 4, _parents);

    /// <summary>512 hashes with their proof.</summary>
    [Benchmark]
    public bool Serve_a_hash_request() => _forest.TryServe(_request, _answer, out _);
}
