using Shoal.Protocol;
using Shoal.Swarm;
using Shoal.Swarm.Picking;

namespace Shoal.Micro;

/// <summary>Rarest first over 16,384 pieces of 256 KiB: a seed, and 49 peers that have half of them each.</summary>
public class PickerBenchmarks
{
    private const int Pieces = 16_384;
    private const int PeerCount = 50;
    private const int Changes = 1024;
    private const int Run = 16;

    private static readonly PieceGeometry Geometry = PlainTorrent.Geometry(Pieces, 1 << 18);

    private readonly BlockSpan[] _picked = new BlockSpan[Run];
    private PiecePicker _picker = null!;

    [GlobalSetup]
    public void Begin()
    {
        _picker = NewPicker();
        // Beyond the first pieces, which are chosen at random.
        for (int i = 0; i < PiecePicker.RandomFirstPieces; i++) _picker.MarkHave(Geometry.Piece(i));
    }

    /// <summary>Sixteen blocks are asked of a peer and given back; one operation is a block.</summary>
    [Benchmark(OperationsPerInvoke = Run * PeerCount)]
    public int Pick_and_release()
    {
        int count = 0;
        foreach (PeerPieces peer in _picker.Peers)
        {
            int picked = _picker.Pick(new PickContext(peer), _picked);
            for (int i = 0; i < picked; i++) _picker.Release(peer, _picked[i]);
            count += picked;
        }

        return count;
    }

    /// <summary>A peer tells of a piece, and takes it back, so that the next round finds the same.</summary>
    [Benchmark(OperationsPerInvoke = Changes)]
    public int Have_and_lost()
    {
        int changed = 0;
        for (int i = 0; i < Changes; i++)
        {
            PeerPieces peer = _picker.Peers[1 + i % (PeerCount - 1)];
            PieceIndex piece = Geometry.Piece(i * (Pieces / Changes));
            if (!_picker.PeerHas(peer, piece)) continue;
            _picker.PeerLost(peer, piece);
            changed++;
        }

        return changed;
    }

    /// <summary>A whole download of 4 GiB, peers in turn, sixteen blocks each; one operation is a block.</summary>
    [Benchmark(OperationsPerInvoke = Pieces * 16)]
    public int Whole_download()
    {
        PiecePicker picker = NewPicker();
        int blocks = 0;
        while (picker.PiecesLeft > 0)
        {
            foreach (PeerPieces peer in picker.Peers)
            {
                int picked = picker.Pick(new PickContext(peer), _picked);
                for (int i = 0; i < picked; i++)
                {
                    if (picker.OnBlock(peer, _picked[i], out _) == BlockArrival.AcceptedPieceFull)
                        picker.PieceGood(_picked[i].Piece);
                }

                blocks += picked;
            }
        }

        return blocks;
    }

    private static PiecePicker NewPicker()
    {
        var random = new Random(1);
        var picker = new PiecePicker(Geometry, new SwarmRandom(1));
        for (int number = 0; number < PeerCount; number++)
        {
            var pieces = new Bitfield(Pieces);
            for (int i = 0; i < Pieces; i++)
                if (number == 0 || random.Next(2) == 0) pieces.Set(i);
            picker.SetPieces(picker.Join(number), pieces);
        }

        return picker;
    }
}
