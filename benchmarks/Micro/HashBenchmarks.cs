using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Storage.Checking;

namespace Shoal.Micro;

/// <summary>What checking a piece of 1 MiB costs on one core; 1 s divided by the mean is MiB/s.</summary>
public class HashBenchmarks
{
    private const int PieceLength = 1 << 20;
    private const int Leaves = PieceLength / PieceGeometry.BlockLength;

    private readonly byte[] _piece = new byte[PieceLength];
    private PieceHasher _hasher = null!;

    [Params("v1", "v2", "hybrid")]
    public string Format { get; set; } = "";

    [GlobalSetup]
    public void Begin()
    {
        new Random(1).NextBytes(_piece);
        _hasher = new PieceHasher(Format != "v2", Format != "v1", Leaves);
    }

    [GlobalCleanup]
    public void End() => _hasher.Dispose();

    /// <summary>In runs of 256 KiB, as they come from the network.</summary>
    [Benchmark]
    public int Hash_a_piece()
    {
        const int Run = 256 * 1024;
        for (int begin = 0; begin < PieceLength; begin += Run)
        {
            ReadOnlyMemory<byte> run = _piece.AsMemory(begin, Run);
            if (Format != "v2") _hasher.AppendV1(run.Span);
            _hasher.AddLeaves(begin, run);
        }

        _hasher.FinishLeaves();
        _hasher.FinishV1(0);
        return Format == "v1" ? 0 : MerkleTree.Root(_hasher.Leaves(Leaves), 0, Leaves).GetHashCode();
    }
}
