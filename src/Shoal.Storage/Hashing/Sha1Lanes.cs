using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Shoal.Storage.Hashing;

/// <summary>
/// SHA-1 (FIPS 180-4) of eight messages of one length at the same time: two and a half times as fast as one after the
/// other with the processor's SHA instructions, each of which waits for the one before it. Only where
/// <see cref="LaneMath.IsSupported"/>; used by one thread at a time.
/// </summary>
internal sealed class Sha1Lanes
{
    private const int StateWords = SHA1.HashSizeInBytes / sizeof(uint);

    private readonly Vector256<uint>[] _state = new Vector256<uint>[StateWords];
    private readonly byte[] _ending = new byte[LaneInput.BlockBytes];
    private long _length;

    /// <summary>A hasher at the start of its messages.</summary>
    public Sha1Lanes() => Reset();

    /// <summary>Starts eight messages.</summary>
    public void Reset()
    {
        _state[0] = Vector256.Create(0x67452301u);
        _state[1] = Vector256.Create(0xEFCDAB89u);
        _state[2] = Vector256.Create(0x98BADCFEu);
        _state[3] = Vector256.Create(0x10325476u);
        _state[4] = Vector256.Create(0xC3D2E1F0u);
        _length = 0;
    }

    /// <summary>Takes the next bytes of each message.</summary>
    public void Append(in LaneInput input)
    {
        Compress(in input, ref MemoryMarshal.GetArrayDataReference(_state));
        _length += input.Length;
    }

    /// <summary>Ends the messages; <see cref="CopyHash"/> tells the hashes until the next start.</summary>
    public void Finish()
    {
        _ending[0] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(_ending.AsSpan(LaneInput.BlockBytes - sizeof(long)), _length * 8);
        Append(new LaneInput(_ending, stride: 0, LaneInput.BlockBytes));
    }

    /// <summary>Copies the hash of one message.</summary>
    /// <param name="lane">Which one, from 0 to 7.</param>
    /// <param name="into">Room for 20 bytes.</param>
    public void CopyHash(int lane, Span<byte> into)
    {
        for (int word = 0; word < StateWords; word++)
            BinaryPrimitives.WriteUInt32BigEndian(into[(word * sizeof(uint))..], _state[word].GetElement(lane));
    }

    // Compiled once and fully, here and below: an unoptimized first form would be slower than not to use lanes at all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compress(in LaneInput input, ref Vector256<uint> state)
    {
        Span<Vector256<uint>> schedule = stackalloc Vector256<uint>[LaneInput.BlockWords];
        Span<Vector256<uint>> working = stackalloc Vector256<uint>[StateWords];
        ref Vector256<uint> words = ref MemoryMarshal.GetReference(schedule);
        ref Vector256<uint> inner = ref MemoryMarshal.GetReference(working);
        for (int offset = 0; offset < input.Length; offset += LaneInput.BlockBytes)
        {
            input.Load(offset, ref words);
            for (int i = 0; i < StateWords; i++) Unsafe.Add(ref inner, i) = Unsafe.Add(ref state, i);
            Turn<Choose>(ref inner, ref words, 0x5A827999);
            Turn<Parity>(ref inner, ref words, 0x6ED9EBA1);
            Turn<Majority>(ref inner, ref words, 0x8F1BBCDC);
            Turn<Parity>(ref inner, ref words, 0xCA62C1D6);
            for (int i = 0; i < StateWords; i++) Unsafe.Add(ref state, i) += Unsafe.Add(ref inner, i);
        }
    }

    /// <summary>
    /// Twenty rounds. Each makes the word for the round that comes sixteen later in the place of its own, so that all
    /// words stay in registers; at the end they lie so that the next turn finds its own first.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn<TMix>(ref Vector256<uint> state, ref Vector256<uint> words, uint constant)
        where TMix : struct, IMix
    {
        Vector256<uint> k = Vector256.Create(constant);
        Vector256<uint> a = state, b = Unsafe.Add(ref state, 1), c = Unsafe.Add(ref state, 2);
        Vector256<uint> d = Unsafe.Add(ref state, 3), e = Unsafe.Add(ref state, 4);
        Vector256<uint> w0 = words, w1 = Unsafe.Add(ref words, 1);
        Vector256<uint> w2 = Unsafe.Add(ref words, 2), w3 = Unsafe.Add(ref words, 3);
        Vector256<uint> w4 = Unsafe.Add(ref words, 4), w5 = Unsafe.Add(ref words, 5);
        Vector256<uint> w6 = Unsafe.Add(ref words, 6), w7 = Unsafe.Add(ref words, 7);
        Vector256<uint> w8 = Unsafe.Add(ref words, 8), w9 = Unsafe.Add(ref words, 9);
        Vector256<uint> w10 = Unsafe.Add(ref words, 10), w11 = Unsafe.Add(ref words, 11);
        Vector256<uint> w12 = Unsafe.Add(ref words, 12), w13 = Unsafe.Add(ref words, 13);
        Vector256<uint> w14 = Unsafe.Add(ref words, 14), w15 = Unsafe.Add(ref words, 15);
        Round<TMix>(a, ref b, c, d, ref e, k, ref w0, w2, w8, w13);
        Round<TMix>(e, ref a, b, c, ref d, k, ref w1, w3, w9, w14);
        Round<TMix>(d, ref e, a, b, ref c, k, ref w2, w4, w10, w15);
        Round<TMix>(c, ref d, e, a, ref b, k, ref w3, w5, w11, w0);
        Round<TMix>(b, ref c, d, e, ref a, k, ref w4, w6, w12, w1);
        Round<TMix>(a, ref b, c, d, ref e, k, ref w5, w7, w13, w2);
        Round<TMix>(e, ref a, b, c, ref d, k, ref w6, w8, w14, w3);
        Round<TMix>(d, ref e, a, b, ref c, k, ref w7, w9, w15, w4);
        Round<TMix>(c, ref d, e, a, ref b, k, ref w8, w10, w0, w5);
        Round<TMix>(b, ref c, d, e, ref a, k, ref w9, w11, w1, w6);
        Round<TMix>(a, ref b, c, d, ref e, k, ref w10, w12, w2, w7);
        Round<TMix>(e, ref a, b, c, ref d, k, ref w11, w13, w3, w8);
        Round<TMix>(d, ref e, a, b, ref c, k, ref w12, w14, w4, w9);
        Round<TMix>(c, ref d, e, a, ref b, k, ref w13, w15, w5, w10);
        Round<TMix>(b, ref c, d, e, ref a, k, ref w14, w0, w6, w11);
        Round<TMix>(a, ref b, c, d, ref e, k, ref w15, w1, w7, w12);
        Round<TMix>(e, ref a, b, c, ref d, k, ref w0, w2, w8, w13);
        Round<TMix>(d, ref e, a, b, ref c, k, ref w1, w3, w9, w14);
        Round<TMix>(c, ref d, e, a, ref b, k, ref w2, w4, w10, w15);
        Round<TMix>(b, ref c, d, e, ref a, k, ref w3, w5, w11, w0);
        state = a;
        Unsafe.Add(ref state, 1) = b;
        Unsafe.Add(ref state, 2) = c;
        Unsafe.Add(ref state, 3) = d;
        Unsafe.Add(ref state, 4) = e;
        words = w4;
        Unsafe.Add(ref words, 1) = w5;
        Unsafe.Add(ref words, 2) = w6;
        Unsafe.Add(ref words, 3) = w7;
        Unsafe.Add(ref words, 4) = w8;
        Unsafe.Add(ref words, 5) = w9;
        Unsafe.Add(ref words, 6) = w10;
        Unsafe.Add(ref words, 7) = w11;
        Unsafe.Add(ref words, 8) = w12;
        Unsafe.Add(ref words, 9) = w13;
        Unsafe.Add(ref words, 10) = w14;
        Unsafe.Add(ref words, 11) = w15;
        Unsafe.Add(ref words, 12) = w0;
        Unsafe.Add(ref words, 13) = w1;
        Unsafe.Add(ref words, 14) = w2;
        Unsafe.Add(ref words, 15) = w3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round<TMix>(
        Vector256<uint> a, ref Vector256<uint> b, Vector256<uint> c, Vector256<uint> d, ref Vector256<uint> e,
        Vector256<uint> k, ref Vector256<uint> word, Vector256<uint> after2, Vector256<uint> after8,
        Vector256<uint> after13)
        where TMix : struct, IMix
    {
        // The rotation of the newest word is added last: the chain from round to round is no longer than that.
        e = e + k + word + TMix.Of(b, c, d) + LaneMath.RotateLeft(a, 5);
        b = LaneMath.RotateLeft(b, 30);
        word = LaneMath.RotateLeft(LaneMath.Parity(after13, after8, after2) ^ word, 1);
    }

    /// <summary>How a phase mixes three words.</summary>
    private interface IMix
    {
        static abstract Vector256<uint> Of(Vector256<uint> b, Vector256<uint> c, Vector256<uint> d);
    }

    private readonly struct Choose : IMix
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Of(Vector256<uint> b, Vector256<uint> c, Vector256<uint> d) =>
            LaneMath.Choose(b, c, d);
    }

    private readonly struct Parity : IMix
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Of(Vector256<uint> b, Vector256<uint> c, Vector256<uint> d) =>
            LaneMath.Parity(b, c, d);
    }

    private readonly struct Majority : IMix
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<uint> Of(Vector256<uint> b, Vector256<uint> c, Vector256<uint> d) =>
            LaneMath.Majority(b, c, d);
    }
}
