using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Shoal.Storage.Hashing;

/// <summary>
/// The bytes of eight messages that are hashed side by side, one in each 32-bit lane of a 256-bit vector. All of them
/// have the same length, a multiple of 64.
/// </summary>
internal readonly ref struct LaneInput
{
    /// <summary>Bytes of a message that SHA-1 and SHA-256 take at a time.</summary>
    public const int BlockBytes = 64;

    /// <summary>Words of 32 bits in such a block.</summary>
    public const int BlockWords = BlockBytes / sizeof(uint);

    private readonly ReadOnlySpan<byte> _lane0;
    private readonly ReadOnlySpan<byte> _lane1;
    private readonly ReadOnlySpan<byte> _lane2;
    private readonly ReadOnlySpan<byte> _lane3;
    private readonly ReadOnlySpan<byte> _lane4;
    private readonly ReadOnlySpan<byte> _lane5;
    private readonly ReadOnlySpan<byte> _lane6;
    private readonly ReadOnlySpan<byte> _lane7;

    /// <summary>Messages that lie in one buffer, each a stride after the one before.</summary>
    public LaneInput(ReadOnlySpan<byte> buffer, int stride, int length)
    {
        RequireBlocks(length);
        Length = length;
        _lane0 = buffer.Slice(0, length);
        _lane1 = buffer.Slice(stride, length);
        _lane2 = buffer.Slice(2 * stride, length);
        _lane3 = buffer.Slice(3 * stride, length);
        _lane4 = buffer.Slice(4 * stride, length);
        _lane5 = buffer.Slice(5 * stride, length);
        _lane6 = buffer.Slice(6 * stride, length);
        _lane7 = buffer.Slice(7 * stride, length);
    }

    /// <summary>Messages that lie anywhere; of each the first bytes are taken.</summary>
    public LaneInput(ReadOnlySpan<ReadOnlyMemory<byte>> lanes, int length)
    {
        RequireBlocks(length);
        Length = length;
        _lane0 = lanes[0].Span[..length];
        _lane1 = lanes[1].Span[..length];
        _lane2 = lanes[2].Span[..length];
        _lane3 = lanes[3].Span[..length];
        _lane4 = lanes[4].Span[..length];
        _lane5 = lanes[5].Span[..length];
        _lane6 = lanes[6].Span[..length];
        _lane7 = lanes[7].Span[..length];
    }

    /// <summary>Bytes of each message.</summary>
    public int Length { get; }

    /// <summary>Loads 16 words of all messages, turned so that a vector holds one word of each.</summary>
    /// <param name="offset">A multiple of 64 below <see cref="Length"/>.</param>
    /// <param name="words">Room for 16 vectors, the given number of vectors apart.</param>
    /// <param name="apart">1 where they lie end to end.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Load(int offset, ref Vector256<uint> words, [ConstantExpected] int apart = 1)
    {
        LoadHalf((nuint)offset, ref words, apart);
        ref Vector256<uint> second = ref Unsafe.Add(ref words, BlockWords / 2 * apart);
        LoadHalf((nuint)offset + (nuint)Vector256<byte>.Count, ref second, apart);
    }

    // Eight rows of eight words are turned in three steps: pairs of words, pairs of pairs, and halves.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LoadHalf(nuint offset, ref Vector256<uint> words, [ConstantExpected] int apart)
    {
        Vector256<uint> row0 = Row(_lane0, offset), row1 = Row(_lane1, offset);
        Vector256<uint> row2 = Row(_lane2, offset), row3 = Row(_lane3, offset);
        Vector256<uint> row4 = Row(_lane4, offset), row5 = Row(_lane5, offset);
        Vector256<uint> row6 = Row(_lane6, offset), row7 = Row(_lane7, offset);

        Vector256<ulong> pair0 = Avx2.UnpackLow(row0, row1).AsUInt64(), pair1 = Avx2.UnpackHigh(row0, row1).AsUInt64();
        Vector256<ulong> pair2 = Avx2.UnpackLow(row2, row3).AsUInt64(), pair3 = Avx2.UnpackHigh(row2, row3).AsUInt64();
        Vector256<ulong> pair4 = Avx2.UnpackLow(row4, row5).AsUInt64(), pair5 = Avx2.UnpackHigh(row4, row5).AsUInt64();
        Vector256<ulong> pair6 = Avx2.UnpackLow(row6, row7).AsUInt64(), pair7 = Avx2.UnpackHigh(row6, row7).AsUInt64();

        Vector256<ulong> four0 = Avx2.UnpackLow(pair0, pair2), four1 = Avx2.UnpackHigh(pair0, pair2);
        Vector256<ulong> four2 = Avx2.UnpackLow(pair1, pair3), four3 = Avx2.UnpackHigh(pair1, pair3);
        Vector256<ulong> four4 = Avx2.UnpackLow(pair4, pair6), four5 = Avx2.UnpackHigh(pair4, pair6);
        Vector256<ulong> four6 = Avx2.UnpackLow(pair5, pair7), four7 = Avx2.UnpackHigh(pair5, pair7);

        words = Low(four0, four4);
        Unsafe.Add(ref words, apart) = Low(four1, four5);
        Unsafe.Add(ref words, 2 * apart) = Low(four2, four6);
        Unsafe.Add(ref words, 3 * apart) = Low(four3, four7);
        Unsafe.Add(ref words, 4 * apart) = High(four0, four4);
        Unsafe.Add(ref words, 5 * apart) = High(four1, four5);
        Unsafe.Add(ref words, 6 * apart) = High(four2, four6);
        Unsafe.Add(ref words, 7 * apart) = High(four3, four7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Row(ReadOnlySpan<byte> lane, nuint offset)
    {
        // Words are big-endian in both algorithms.
        Vector256<byte> swap = Vector256.Create(
            (byte)3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12,
            3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
        return Avx2.Shuffle(Vector256.LoadUnsafe(ref MemoryMarshal.GetReference(lane), offset), swap).AsUInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Low(Vector256<ulong> left, Vector256<ulong> right) =>
        Avx2.Permute2x128(left, right, 0x20).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> High(Vector256<ulong> left, Vector256<ulong> right) =>
        Avx2.Permute2x128(left, right, 0x31).AsUInt32();

    private static void RequireBlocks(int length) =>
        ArgumentOutOfRangeException.ThrowIfNotEqual(length % BlockBytes, 0, nameof(length));
}
