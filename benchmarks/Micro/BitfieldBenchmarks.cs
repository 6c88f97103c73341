using Shoal.Protocol;

namespace Shoal.Micro;

/// <summary>Sets of 16,384 pieces, half of them set.</summary>
public class BitfieldBenchmarks
{
    private const int Pieces = 16_384;

    private readonly Bitfield _one = Half(1);
    private readonly Bitfield _other = Half(2);
    private readonly Bitfield _changing = Half(3);
    private readonly byte[] _wire = new byte[Pieces / 8];

    [GlobalSetup]
    public void Fill() => _one.Write(_wire);

    [Benchmark]
    public bool Read_from_the_wire() => Bitfield.TryRead(_wire, Pieces, out _);

    [Benchmark]
    public void Write_to_the_wire() => _one.Write(_wire);

    [Benchmark]
    public int Count_common() => _one.CountCommon(_other);

    [Benchmark]
    public bool Lacks() => _one.Lacks(_other);

    [Benchmark]
    public int Walk_common()
    {
        int count = 0;
        for (int i = _one.NextCommon(_other, 0); i >= 0; count++)
            i = i + 1 < Pieces ? _one.NextCommon(_other, i + 1) : -1;
        return count;
    }

    /// <summary>One operation sets and clears a bit.</summary>
    [Benchmark(OperationsPerInvoke = Pieces)]
    public int Set_and_clear()
    {
        for (int i = 0; i < Pieces; i++)
        {
            bool had = _changing[i];
            _changing.Set(i);
            _changing.Clear(i);
            if (had) _changing.Set(i);
        }

        return _changing.Count;
    }

    private static Bitfield Half(int seed)
    {
        var random = new Random(seed);
        var bits = new Bitfield(Pieces);
        for (int i = 0; i < Pieces; i++)
            if (random.Next(2) == 0) bits.Set(i);
        return bits;
    }
}
