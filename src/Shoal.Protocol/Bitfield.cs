using System.Buffers.Binary;
using System.Numerics;

namespace Shoal.Protocol;

/// <summary>
/// A set of piece numbers. On the wire the first byte's high bit is piece 0
/// (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>); in memory each 64-bit word keeps that
/// order, so words can be combined and counted whole.
/// </summary>
public sealed class Bitfield
{
    private readonly ulong[] _words;

    /// <summary>An empty set over pieces 0 to <paramref name="length"/> - 1.</summary>
    public Bitfield(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        _words = new ulong[(length + 63) / 64];
    }

    /// <summary>A copy of another set.</summary>
    public Bitfield(Bitfield other)
    {
        Length = other.Length;
        Count = other.Count;
        _words = (ulong[])other._words.Clone();
    }

    /// <summary>Number of pieces that can be in the set.</summary>
    public int Length { get; }

    /// <summary>Number of pieces in the set.</summary>
    public int Count { get; private set; }

    /// <summary>Number of bytes of the wire form.</summary>
    public int WireLength => WireLengthOf(Length);

    /// <summary>True when every piece is in the set; also for a set over no pieces.</summary>
    public bool IsFull => Count == Length;

    /// <summary>True when no piece is in the set.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>True when the piece is in the set.</summary>
    public bool this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Length, nameof(index));
            return (_words[index >> 6] & Mask(index)) != 0;
        }
    }

    /// <summary>True when the piece is in the set.</summary>
    public bool this[PieceIndex piece] => this[piece.Value];

    /// <summary>Number of bytes of the wire form of a set over <paramref name="length"/> pieces.</summary>
    public static int WireLengthOf(int length) => (length + 7) / 8;

    /// <summary>Puts a piece into the set; false when it was there.</summary>
    public bool Set(int index)
    {
        if (this[index]) return false;
        _words[index >> 6] |= Mask(index);
        Count++;
        return true;
    }

    /// <summary>Puts a piece into the set; false when it was there.</summary>
    public bool Set(PieceIndex piece) => Set(piece.Value);

    /// <summary>Takes a piece out of the set; false when it was not there.</summary>
    public bool Clear(int index)
    {
        if (!this[index]) return false;
        _words[index >> 6] &= ~Mask(index);
        Count--;
        return true;
    }

    /// <summary>Takes a piece out of the set; false when it was not there.</summary>
    public bool Clear(PieceIndex piece) => Clear(piece.Value);

    /// <summary>Puts every piece into the set.</summary>
    public void SetAll()
    {
        Array.Fill(_words, ulong.MaxValue);
        if ((Length & 63) != 0) _words[^1] = ulong.MaxValue << (64 - (Length & 63));
        Count = Length;
    }

    /// <summary>Takes every piece out of the set.</summary>
    public void ClearAll()
    {
        Array.Clear(_words);
        Count = 0;
    }

    /// <summary>Takes out every piece that is not in another set over the same pieces.</summary>
    public void KeepOnly(Bitfield other)
    {
        RequireSameLength(other);
        Count = 0;
        for (int i = 0; i < _words.Length; i++)
        {
            _words[i] &= other._words[i];
            Count += BitOperations.PopCount(_words[i]);
        }
    }

    /// <summary>Makes this set equal to another over the same pieces.</summary>
    public void CopyFrom(Bitfield other)
    {
        RequireSameLength(other);
        other._words.CopyTo(_words, 0);
        Count = other.Count;
    }

    /// <summary>True when <paramref name="other"/> holds a piece that this set lacks.</summary>
    public bool Lacks(Bitfield other)
    {
        RequireSameLength(other);
        for (int i = 0; i < _words.Length; i++)
            if ((other._words[i] & ~_words[i]) != 0) return true;
        return false;
    }

    /// <summary>Number of pieces that are in both sets.</summary>
    public int CountCommon(Bitfield other)
    {
        RequireSameLength(other);
        int count = 0;
        for (int i = 0; i < _words.Length; i++) count += BitOperations.PopCount(_words[i] & other._words[i]);
        return count;
    }

    /// <summary>The first piece at or after <paramref name="from"/> that is in the set, or -1.</summary>
    public int NextSet(int from) => Next(from, 0);

    /// <summary>The first piece at or after <paramref name="from"/> that is in both sets, or -1.</summary>
    public int NextCommon(Bitfield other, int from)
    {
        RequireSameLength(other);
        for (int i = from >> 6; i < _words.Length; i++)
        {
            ulong word = _words[i] & other._words[i];
            if (i == from >> 6) word &= ulong.MaxValue >> (from & 63);
            if (word != 0) return (i << 6) + BitOperations.LeadingZeroCount(word);
        }
        return -1;
    }

    /// <summary>The first piece at or after <paramref name="from"/> that is not in the set, or -1.</summary>
    public int NextClear(int from)
    {
        int found = Next(from, ulong.MaxValue);
        return found < Length ? found : -1;
    }

    /// <summary>
    /// Reads the wire form. False when the length is not exactly right or a spare bit at the end is set, which BEP 3
    /// answers with closing the connection.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> wire, int length, out Bitfield bitfield)
    {
        bitfield = new Bitfield(length);
        if (wire.Length != bitfield.WireLength) return false;
        Span<byte> last = stackalloc byte[8];
        int count = 0;
        for (int i = 0; i < bitfield._words.Length; i++)
        {
            scoped ReadOnlySpan<byte> rest = wire[(i * 8)..];
            if (rest.Length < 8)
            {
                last.Clear();
                rest.CopyTo(last);
                rest = last;
            }
            ulong word = BinaryPrimitives.ReadUInt64BigEndian(rest);
            bitfield._words[i] = word;
            count += BitOperations.PopCount(word);
        }
        bitfield.Count = count;
        int spare = length & 63;
        return spare == 0 || (bitfield._words[^1] & (ulong.MaxValue >> spare)) == 0;
    }

    /// <summary>Writes the wire form to the start of <paramref name="destination"/>.</summary>
    public void Write(Span<byte> destination)
    {
        Span<byte> last = stackalloc byte[8];
        for (int i = 0; i < _words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(last, _words[i]);
            int size = Math.Min(8, WireLength - i * 8);
            last[..size].CopyTo(destination[(i * 8)..]);
        }
    }

    private static ulong Mask(int index) => 0x8000_0000_0000_0000UL >> (index & 63);

    private int Next(int from, ulong flip)
    {
        for (int i = from >> 6; i < _words.Length; i++)
        {
            ulong word = _words[i] ^ flip;
            if (i == from >> 6) word &= ulong.MaxValue >> (from & 63);
            if (word != 0) return (i << 6) + BitOperations.LeadingZeroCount(word);
        }
        return -1;
    }

    private void RequireSameLength(Bitfield other)
    {
        if (other.Length != Length)
            throw new ArgumentException($"The sets are over {Length} and {other.Length} pieces.", nameof(other));
    }
}
