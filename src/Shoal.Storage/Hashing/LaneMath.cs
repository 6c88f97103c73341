using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shoal.Storage.Hashing;

/// <summary>
/// What SHA-1 computes with on eight lanes at once, and SHA-256 on sixteen. AVX-512 has rotation, and any function of
/// three bits, as one instruction each; without these two the processor's own SHA instructions are faster than lanes.
/// </summary>
internal static class LaneMath
{
    /// <summary>Messages that SHA-1 hashes side by side: as many pieces are in memory at a time.</summary>
    public const int Lanes = 8;

    /// <summary>Messages that SHA-256 hashes side by side: there are many blocks to a piece.</summary>
    public const int WideLanes = 2 * Lanes;

    /// <summary>True when this machine can hash in lanes.</summary>
    // A field, so that only this class, and not each method that asks, waits to be compiled for this machine.
    public static readonly bool IsSupported = Avx512F.VL.IsSupported && Avx512F.IsSupported;

    // Tables of functions of three bits: bit 4b + 2c + d is the result for b, c and d.
    private const byte ChooseTable = 0xCA;
    private const byte MajorityTable = 0xE8;
    private const byte ParityTable = 0x96;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Choose(Vector256<uint> b, Vector256<uint> c, Vector256<uint> d) =>
        Avx512F.VL.TernaryLogic(b, c, d, ChooseTable);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Majority(Vector256<uint> b, Vector256<uint> c, Vector256<uint> d) =>
        Avx512F.VL.TernaryLogic(b, c, d, MajorityTable);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Parity(Vector256<uint> b, Vector256<uint> c, Vector256<uint> d) =>
        Avx512F.VL.TernaryLogic(b, c, d, ParityTable);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateLeft(Vector256<uint> value, [ConstantExpected] byte bits) =>
        Avx512F.VL.RotateLeft(value, bits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Choose(Vector512<uint> b, Vector512<uint> c, Vector512<uint> d) =>
        Avx512F.TernaryLogic(b, c, d, ChooseTable);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Majority(Vector512<uint> b, Vector512<uint> c, Vector512<uint> d) =>
        Avx512F.TernaryLogic(b, c, d, MajorityTable);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Parity(Vector512<uint> b, Vector512<uint> c, Vector512<uint> d) =>
        Avx512F.TernaryLogic(b, c, d, ParityTable);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateRight(Vector512<uint> value, [ConstantExpected] byte bits) =>
        Avx512F.RotateRight(value, bits);
}
