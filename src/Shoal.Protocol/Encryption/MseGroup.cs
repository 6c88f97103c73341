using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Shoal.Protocol.Encryption;

/// <summary>
/// The group in which two peers agree on a secret
/// (<see href="https://wiki.vuze.com/w/Message_Stream_Encryption">message stream encryption</see>): powers of 2 modulo
/// a prime of 768 bits. Numbers are 96 bytes, most significant first, zeros in front included.
/// </summary>
/// <remarks>
/// Arithmetic is Montgomery's on twelve limbs of 64 bits, on the stack: a handshake costs a fraction of a millisecond
/// and no memory, where general numbers of any size cost several times that. It takes no care to run in constant time:
/// the secret protects from recognition only, and lives for one connection.
/// </remarks>
public static class MseGroup
{
    /// <summary>Bytes in a number.</summary>
    public const int Length = 96;

    /// <summary>Bytes in a private key; more would cost time and add nothing to a group of this size.</summary>
    public const int PrivateKeyLength = 20;

    private const int Limbs = Length / sizeof(ulong);

    // Least significant first.
    private static readonly ulong[] Prime =
    [
        0x0000_0000_0009_0563, 0xF44C_42E9_A63A_3621, 0xE485_B576_625E_7EC6, 0x4FE1_356D_6D51_C245,
        0x302B_0A6D_F25F_1437, 0xEF95_19B3_CD3A_431B, 0x514A_0879_8E34_04DD, 0x020B_BEA6_3B13_9B22,
        0x2902_4E08_8A67_CC74, 0xC4C6_628B_80DC_1CD1, 0xC90F_DAA2_2168_C234, 0xFFFF_FFFF_FFFF_FFFF,
    ];

    private static readonly ulong MinusInverse = ComputeMinusInverse();

    // 2^768 and its square modulo the prime: one as Montgomery's form has it, and the factor that leads into the form.
    private static readonly ulong[] One = PowerOfTwo(768);
    private static readonly ulong[] Square = PowerOfTwo(2 * 768);

    /// <summary>The public key, 2 to the power of the private key.</summary>
    /// <param name="privateKey"><see cref="PrivateKeyLength"/> random bytes.</param>
    /// <param name="publicKey">Gets <see cref="Length"/> bytes.</param>
    public static void PublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        Span<ulong> power = stackalloc ulong[Limbs];
        One.CopyTo(power);
        foreach (byte bits in privateKey[..PrivateKeyLength])
        {
            for (int bit = 7; bit >= 0; bit--)
            {
                Multiply(power, power, power);
                if ((bits >> bit & 1) != 0) Double(power);
            }
        }
        WriteNormal(power, publicKey);
    }

    /// <summary>
    /// The secret that both sides arrive at. False when the other side's key is one that no honest side has, with
    /// which anybody would know the secret: 0, 1, the prime less one, or more.
    /// </summary>
    public static bool TrySharedSecret(ReadOnlySpan<byte> theirs, ReadOnlySpan<byte> privateKey, Span<byte> secret)
    {
        Span<ulong> table = stackalloc ulong[Limbs * 16];
        Span<ulong> theirPower = table.Slice(Limbs, Limbs);
        Read(theirs, theirPower);
        if (!IsPublicKey(theirPower)) return false;
        // Four bits of the exponent at a time, with the first sixteen powers from a table.
        One.CopyTo(table);
        Multiply(theirPower, Square, theirPower);
        for (int i = 2; i < 16; i++)
            Multiply(table.Slice((i - 1) * Limbs, Limbs), theirPower, table.Slice(i * Limbs, Limbs));
        Span<ulong> power = stackalloc ulong[Limbs];
        One.CopyTo(power);
        foreach (byte bits in privateKey[..PrivateKeyLength])
        {
            RaiseAndMultiply(power, table, bits >> 4);
            RaiseAndMultiply(power, table, bits & 15);
        }
        WriteNormal(power, secret);
        return true;
    }

    private static void RaiseAndMultiply(Span<ulong> power, ReadOnlySpan<ulong> table, int bits)
    {
        for (int i = 0; i < 4; i++) Multiply(power, power, power);
        if (bits != 0) Multiply(power, table.Slice(bits * Limbs, Limbs), power);
    }

    private static bool IsPublicKey(ReadOnlySpan<ulong> number)
    {
        bool isFirst = number[0] <= 1 && number[1..].IndexOfAnyExcept(0UL) < 0;
        bool isLast = number[0] == Prime[0] - 1 && number[1..].SequenceEqual(Prime.AsSpan(1));
        return !isFirst && !isLast && IsLess(number);
    }

    /// <summary>Sets <paramref name="result"/>, which may be a factor, to left * right / 2^768.</summary>
    private static void Multiply(ReadOnlySpan<ulong> left, ReadOnlySpan<ulong> right, Span<ulong> result)
    {
        Span<ulong> total = stackalloc ulong[Limbs + 2];
        total.Clear();
        // All three have this length, which the compiler does not see; the loops are where the time goes.
        ref ulong sum = ref MemoryMarshal.GetReference(total);
        ref ulong first = ref MemoryMarshal.GetReference(left[..Limbs]);
        ref ulong prime = ref MemoryMarshal.GetArrayDataReference(Prime);
        foreach (ulong factor in right[..Limbs])
        {
            ulong carry = 0;
            for (int i = 0; i < Limbs; i++)
            {
                ref ulong limb = ref Unsafe.Add(ref sum, i);
                limb = MultiplyAdd(Unsafe.Add(ref first, i), factor, limb, carry, out carry);
            }
            ref ulong top = ref Unsafe.Add(ref sum, Limbs);
            top += carry;
            ulong overflow = top < carry ? 1UL : 0;
            ulong quotient = sum * MinusInverse;
            MultiplyAdd(prime, quotient, sum, 0, out carry);
            for (int i = 1; i < Limbs; i++)
                Unsafe.Add(ref sum, i - 1) =
                    MultiplyAdd(Unsafe.Add(ref prime, i), quotient, Unsafe.Add(ref sum, i), carry, out carry);
            ulong last = top + carry;
            Unsafe.Add(ref sum, Limbs - 1) = last;
            top = overflow + (last < carry ? 1UL : 0);
        }
        total[..Limbs].CopyTo(result);
        if (total[Limbs] != 0 || !IsLess(result)) Subtract(result);
    }

    /// <summary>The low half of left * right + addend + carry; the high half is the new carry.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong MultiplyAdd(ulong left, ulong right, ulong addend, ulong carry, out ulong newCarry)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        low += addend;
        high += low < addend ? 1UL : 0;
        low += carry;
        newCarry = high + (low < carry ? 1UL : 0);
        return low;
    }

    private static void Double(Span<ulong> number)
    {
        ulong carry = 0;
        for (int i = 0; i < Limbs; i++)
        {
            ulong limb = number[i];
            number[i] = limb << 1 | carry;
            carry = limb >> 63;
        }
        if (carry != 0 || !IsLess(number)) Subtract(number);
    }

    private static bool IsLess(ReadOnlySpan<ulong> number)
    {
        for (int i = Limbs - 1; i >= 0; i--)
            if (number[i] != Prime[i]) return number[i] < Prime[i];
        return false;
    }

    private static void Subtract(Span<ulong> number)
    {
        ulong borrow = 0;
        for (int i = 0; i < Limbs; i++)
        {
            ulong limb = number[i];
            ulong less = limb - Prime[i];
            number[i] = less - borrow;
            borrow = limb < Prime[i] || (less == 0 && borrow != 0) ? 1UL : 0;
        }
    }

    private static void Read(ReadOnlySpan<byte> bytes, Span<ulong> number)
    {
        for (int i = 0; i < Limbs; i++)
            number[i] = BinaryPrimitives.ReadUInt64BigEndian(bytes.Slice((Limbs - 1 - i) * sizeof(ulong)));
    }

    private static void WriteNormal(Span<ulong> power, Span<byte> bytes)
    {
        Span<ulong> plainOne = stackalloc ulong[Limbs];
        plainOne.Clear();
        plainOne[0] = 1;
        Multiply(power, plainOne, power);
        for (int i = 0; i < Limbs; i++)
            BinaryPrimitives.WriteUInt64BigEndian(bytes[((Limbs - 1 - i) * sizeof(ulong))..], power[i]);
    }

    private static ulong[] PowerOfTwo(int exponent)
    {
        ulong[] power = new ulong[Limbs];
        power[0] = 1;
        for (int i = 0; i < exponent; i++) Double(power);
        return power;
    }

    // Newton's step doubles the number of right bits, of which an odd number has three to begin with.
    private static ulong ComputeMinusInverse()
    {
        ulong inverse = Prime[0];
        for (int bits = 3; bits < 64; bits *= 2) inverse *= 2 - Prime[0] * inverse;
        return 0 - inverse;
    }
}
