using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Shoal.Storage.Hashing;

/// <summary>
/// SHA-256 (FIPS 180-4) of sixteen messages of one length at the same time, twice as fast as one after the other with
/// the processor's SHA instructions. Only where <see cref="LaneMath.IsSupported"/>.
/// </summary>
internal static class Sha256Lanes
{
    private const int StateWords = SHA256.HashSizeInBytes / sizeof(uint);
    private const int Rounds = 64;

    private static readonly uint[] Start =
    [
        0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
    ];

    private static readonly uint[] RoundConstants =
    [
        0x428A2F98, 0x71374491, 0xB5C0FBCF, 0xE9B5DBA5, 0x3956C25B, 0x59F111F1, 0x923F82A4, 0xAB1C5ED5,
        0xD807AA98, 0x12835B01, 0x243185BE, 0x550C7DC3, 0x72BE5D74, 0x80DEB1FE, 0x9BDC06A7, 0xC19BF174,
        0xE49B69C1, 0xEFBE4786, 0x0FC19DC6, 0x240CA1CC, 0x2DE92C6F, 0x4A7484AA, 0x5CB0A9DC, 0x76F988DA,
        0x983E5152, 0xA831C66D, 0xB00327C8, 0xBF597FC7, 0xC6E00BF3, 0xD5A79147, 0x06CA6351, 0x14292967,
        0x27B70A85, 0x2E1B2138, 0x4D2C6DFC, 0x53380D13, 0x650A7354, 0x766A0ABB, 0x81C2C92E, 0x92722C85,
        0xA2BFE8A1, 0xA81A664B, 0xC24B8B70, 0xC76C51A3, 0xD192E819, 0xD6990624, 0xF40E3585, 0x106AA070,
        0x19A4C116, 0x1E376C08, 0x2748774C, 0x34B0BCB5, 0x391C0CB3, 0x4ED8AA4A, 0x5B9CCA4F, 0x682E6FF3,
        0x748F82EE, 0x78A5636F, 0x84C87814, 0x8CC70208, 0x90BEFFFA, 0xA4506CEB, 0xBEF9A3F7, 0xC67178F2,
    ];

    /// <summary>Hashes sixteen messages of one length.</summary>
    /// <param name="first">All bytes of the first eight.</param>
    /// <param name="second">All bytes of the others.</param>
    /// <param name="into">Room for the sixteen hashes of 32 bytes, end to end.</param>
    public static void Hash(in LaneInput first, in LaneInput second, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(second.Length, first.Length, nameof(second));
        Span<Vector512<uint>> state = stackalloc Vector512<uint>[StateWords];
        for (int word = 0; word < StateWords; word++) state[word] = Vector512.Create(Start[word]);
        ref Vector512<uint> start = ref MemoryMarshal.GetReference(state);
        Compress(in first, in second, ref start);

        Span<byte> ending = stackalloc byte[LaneInput.BlockBytes];
        ending.Clear();
        ending[0] = 0x80;
        BinaryPrimitives.WriteInt64BigEndian(ending[^sizeof(long)..], first.Length * 8L);
        var last = new LaneInput(ending, stride: 0, LaneInput.BlockBytes);
        Compress(in last, in last, ref start);

        for (int lane = 0; lane < LaneMath.WideLanes; lane++)
            for (int word = 0; word < StateWords; word++)
                BinaryPrimitives.WriteUInt32BigEndian(
                    into[((lane * StateWords + word) * sizeof(uint))..], state[word].GetElement(lane));
    }

    // Compiled once and fully, as for SHA-1.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compress(in LaneInput first, in LaneInput second, ref Vector512<uint> state)
    {
        Span<Vector512<uint>> schedule = stackalloc Vector512<uint>[LaneInput.BlockWords];
        ref Vector512<uint> words = ref MemoryMarshal.GetReference(schedule);
        ref Vector256<uint> halves = ref Unsafe.As<Vector512<uint>, Vector256<uint>>(ref words);
        for (int offset = 0; offset < first.Length; offset += LaneInput.BlockBytes)
        {
            first.Load(offset, ref halves, apart: 2);
            second.Load(offset, ref Unsafe.Add(ref halves, 1), apart: 2);
            Turn(ref state, ref words);
        }
    }

    /// <summary>
    /// The rounds of one block. Each makes the word for the round that comes sixteen later in the place of its own, so
    /// that all words stay in registers; the last sixteen have none to make.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Turn(ref Vector512<uint> state, ref Vector512<uint> words)
    {
        Vector512<uint> a = state, b = Unsafe.Add(ref state, 1), c = Unsafe.Add(ref state, 2);
        Vector512<uint> d = Unsafe.Add(ref state, 3), e = Unsafe.Add(ref state, 4), f = Unsafe.Add(ref state, 5);
        Vector512<uint> g = Unsafe.Add(ref state, 6), h = Unsafe.Add(ref state, 7);
        Vector512<uint> w0 = words, w1 = Unsafe.Add(ref words, 1);
        Vector512<uint> w2 = Unsafe.Add(ref words, 2), w3 = Unsafe.Add(ref words, 3);
        Vector512<uint> w4 = Unsafe.Add(ref words, 4), w5 = Unsafe.Add(ref words, 5);
        Vector512<uint> w6 = Unsafe.Add(ref words, 6), w7 = Unsafe.Add(ref words, 7);
        Vector512<uint> w8 = Unsafe.Add(ref words, 8), w9 = Unsafe.Add(ref words, 9);
        Vector512<uint> w10 = Unsafe.Add(ref words, 10), w11 = Unsafe.Add(ref words, 11);
        Vector512<uint> w12 = Unsafe.Add(ref words, 12), w13 = Unsafe.Add(ref words, 13);
        Vector512<uint> w14 = Unsafe.Add(ref words, 14), w15 = Unsafe.Add(ref words, 15);
        for (int t = 0; t < Rounds - LaneInput.BlockWords; t += LaneInput.BlockWords)
        {
            Round(a, b, c, ref d, e, f, g, ref h, Key(t), ref w0, w1, w9, w14);
            Round(h, a, b, ref c, d, e, f, ref g, Key(t + 1), ref w1, w2, w10, w15);
            Round(g, h, a, ref b, c, d, e, ref f, Key(t + 2), ref w2, w3, w11, w0);
            Round(f, g, h, ref a, b, c, d, ref e, Key(t + 3), ref w3, w4, w12, w1);
            Round(e, f, g, ref h, a, b, c, ref d, Key(t + 4), ref w4, w5, w13, w2);
            Round(d, e, f, ref g, h, a, b, ref c, Key(t + 5), ref w5, w6, w14, w3);
            Round(c, d, e, ref f, g, h, a, ref b, Key(t + 6), ref w6, w7, w15, w4);
            Round(b, c, d, ref e, f, g, h, ref a, Key(t + 7), ref w7, w8, w0, w5);
            Round(a, b, c, ref d, e, f, g, ref h, Key(t + 8), ref w8, w9, w1, w6);
            Round(h, a, b, ref c, d, e, f, ref g, Key(t + 9), ref w9, w10, w2, w7);
            Round(g, h, a, ref b, c, d, e, ref f, Key(t + 10), ref w10, w11, w3, w8);
            Round(f, g, h, ref a, b, c, d, ref e, Key(t + 11), ref w11, w12, w4, w9);
            Round(e, f, g, ref h, a, b, c, ref d, Key(t + 12), ref w12, w13, w5, w10);
            Round(d, e, f, ref g, h, a, b, ref c, Key(t + 13), ref w13, w14, w6, w11);
            Round(c, d, e, ref f, g, h, a, ref b, Key(t + 14), ref w14, w15, w7, w12);
            Round(b, c, d, ref e, f, g, h, ref a, Key(t + 15), ref w15, w0, w8, w13);
        }
        words = w0;
        Unsafe.Add(ref words, 1) = w1;
        Unsafe.Add(ref words, 2) = w2;
        Unsafe.Add(ref words, 3) = w3;
        Unsafe.Add(ref words, 4) = w4;
        Unsafe.Add(ref words, 5) = w5;
        Unsafe.Add(ref words, 6) = w6;
        Unsafe.Add(ref words, 7) = w7;
        Unsafe.Add(ref words, 8) = w8;
        Unsafe.Add(ref words, 9) = w9;
        Unsafe.Add(ref words, 10) = w10;
        Unsafe.Add(ref words, 11) = w11;
        Unsafe.Add(ref words, 12) = w12;
        Unsafe.Add(ref words, 13) = w13;
        Unsafe.Add(ref words, 14) = w14;
        Unsafe.Add(ref words, 15) = w15;
        for (int t = Rounds - LaneInput.BlockWords; t < Rounds; t += StateWords)
        {
            ref Vector512<uint> word = ref Unsafe.Add(ref words, t % LaneInput.BlockWords);
            Step(a, b, c, ref d, e, f, g, ref h, Key(t) + word);
            Step(h, a, b, ref c, d, e, f, ref g, Key(t + 1) + Unsafe.Add(ref word, 1));
            Step(g, h, a, ref b, c, d, e, ref f, Key(t + 2) + Unsafe.Add(ref word, 2));
            Step(f, g, h, ref a, b, c, d, ref e, Key(t + 3) + Unsafe.Add(ref word, 3));
            Step(e, f, g, ref h, a, b, c, ref d, Key(t + 4) + Unsafe.Add(ref word, 4));
            Step(d, e, f, ref g, h, a, b, ref c, Key(t + 5) + Unsafe.Add(ref word, 5));
            Step(c, d, e, ref f, g, h, a, ref b, Key(t + 6) + Unsafe.Add(ref word, 6));
            Step(b, c, d, ref e, f, g, h, ref a, Key(t + 7) + Unsafe.Add(ref word, 7));
        }
        state += a;
        Unsafe.Add(ref state, 1) += b;
        Unsafe.Add(ref state, 2) += c;
        Unsafe.Add(ref state, 3) += d;
        Unsafe.Add(ref state, 4) += e;
        Unsafe.Add(ref state, 5) += f;
        Unsafe.Add(ref state, 6) += g;
        Unsafe.Add(ref state, 7) += h;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, ref Vector512<uint> d,
        Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, ref Vector512<uint> h, Vector512<uint> key,
        ref Vector512<uint> word, Vector512<uint> after1, Vector512<uint> after9, Vector512<uint> after14)
    {
        Step(a, b, c, ref d, e, f, g, ref h, key + word);
        word = word + SmallSigma0(after1) + after9 + SmallSigma1(after14);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, ref Vector512<uint> d,
        Vector512<uint> e, Vector512<uint> f, Vector512<uint> g, ref Vector512<uint> h, Vector512<uint> input)
    {
        Vector512<uint> sum = h + input + LaneMath.Choose(e, f, g) + BigSigma1(e);
        d += sum;
        h = sum + LaneMath.Majority(a, b, c) + BigSigma0(a);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Key(int t) =>
        Vector512.Create(Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(RoundConstants), t));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> BigSigma0(Vector512<uint> x) => LaneMath.Parity(
        LaneMath.RotateRight(x, 2), LaneMath.RotateRight(x, 13), LaneMath.RotateRight(x, 22));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> BigSigma1(Vector512<uint> x) => LaneMath.Parity(
        LaneMath.RotateRight(x, 6), LaneMath.RotateRight(x, 11), LaneMath.RotateRight(x, 25));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> SmallSigma0(Vector512<uint> x) =>
        LaneMath.Parity(LaneMath.RotateRight(x, 7), LaneMath.RotateRight(x, 18), x >>> 3);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> SmallSigma1(Vector512<uint> x) =>
        LaneMath.Parity(LaneMath.RotateRight(x, 17), LaneMath.RotateRight(x, 19), x >>> 10);
}
