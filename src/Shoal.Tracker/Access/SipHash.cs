using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Shoal.Tracker.Access;

/// <summary>
/// SipHash-2-4 (<see href="https://www.aumasson.jp/siphash/siphash.pdf">Aumasson and Bernstein</see>): a keyed hash of
/// 64 bits for short inputs, which nobody can compute without the key.
/// </summary>
internal readonly struct SipHash
{
    /// <summary>Bytes of a key.</summary>
    public const int KeyLength = 16;

    private readonly ulong _k0;
    private readonly ulong _k1;

    /// <summary>Takes a key of <see cref="KeyLength"/> bytes.</summary>
    public SipHash(ReadOnlySpan<byte> key)
    {
        _k0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        _k1 = BinaryPrimitives.ReadUInt64LittleEndian(key[8..]);
    }

    /// <summary>The hash of a text of any length.</summary>
    public ulong Of(ReadOnlySpan<byte> text)
    {
        var state = new State(_k0, _k1);
        ulong last = (ulong)text.Length << 56;
        while (text.Length >= sizeof(ulong))
        {
            state.Compress(BinaryPrimitives.ReadUInt64LittleEndian(text));
            text = text[sizeof(ulong)..];
        }
        for (int i = 0; i < text.Length; i++) last |= (ulong)text[i] << (8 * i);
        state.Compress(last);
        return state.Finish();
    }

    /// <summary>The hash of three words, as of their 24 bytes in little-endian order.</summary>
    public ulong Of(ulong first, ulong second, ulong third)
    {
        var state = new State(_k0, _k1);
        state.Compress(first);
        state.Compress(second);
        state.Compress(third);
        state.Compress(24ul << 56);
        return state.Finish();
    }

    // Inlined, its four words stay in registers; every datagram is judged by one of these hashes or two.
    private struct State(ulong k0, ulong k1)
    {
        private ulong _v0 = k0 ^ 0x736f6d6570736575;
        private ulong _v1 = k1 ^ 0x646f72616e646f6d;
        private ulong _v2 = k0 ^ 0x6c7967656e657261;
        private ulong _v3 = k1 ^ 0x7465646279746573;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Compress(ulong word)
        {
            _v3 ^= word;
            Round();
            Round();
            _v0 ^= word;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ulong Finish()
        {
            _v2 ^= 0xff;
            Round();
            Round();
            Round();
            Round();
            return _v0 ^ _v1 ^ _v2 ^ _v3;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private void Round()
        {
            _v0 += _v1;
            _v2 += _v3;
            _v1 = BitOperations.RotateLeft(_v1, 13) ^ _v0;
            _v3 = BitOperations.RotateLeft(_v3, 16) ^ _v2;
            _v0 = BitOperations.RotateLeft(_v0, 32);
            _v2 += _v1;
            _v0 += _v3;
            _v1 = BitOperations.RotateLeft(_v1, 17) ^ _v2;
            _v3 = BitOperations.RotateLeft(_v3, 21) ^ _v0;
            _v2 = BitOperations.RotateLeft(_v2, 32);
        }
    }
}
