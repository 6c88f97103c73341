using System.Buffers.Binary;

namespace Shoal.Fuzz.Tests;

/// <summary>
/// Makes bad inputs out of good ones. One seed gives one input, always the same, so a failure is repeated by its seed.
/// </summary>
internal sealed class Mutator(byte[][] samples)
{
    /// <summary>Inputs are cut here, so that repetition does not make a run slow.</summary>
    public const int MaxBytes = 64 * 1024;

    private static readonly byte[] Bytes = [0, 1, 0x7f, 0x80, 0xff, (byte)'0', (byte)'9', (byte)'-', (byte)':'];

    private static readonly uint[] Lengths =
    [
        0, 1, 2, 0x3fff, 0x4000, 0x4001, 0xffff, 0x1_0000, 0x10_0000, 0x10_0001,
        0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff,
    ];

    private static readonly byte[][] Numbers =
    [
        [.. "0"u8], [.. "00"u8], [.. "-0"u8], [.. "-1"u8], [.. "1"u8], [.. "16385"u8], [.. "2147483647"u8],
        [.. "2147483648"u8], [.. "4294967295"u8], [.. "4294967296"u8], [.. "9223372036854775807"u8],
        [.. "9223372036854775808"u8], [.. "-9223372036854775808"u8], [.. "99999999999999999999"u8],
    ];

    private static readonly byte[][] Words =
    [
        [.. "d"u8], [.. "l"u8], [.. "e"u8], [.. "i"u8], [.. "de"u8], [.. "le"u8], [.. "0:"u8], [.. "i0e"u8],
        [.. "i-1e"u8], [.. "1:a"u8], [.. "4294967296:"u8], [.. "d0:d0:"u8], [.. "&"u8], [.. "="u8], [.. "%00"u8],
        [.. "%"u8], [.. "../"u8], [.. "\u202e"u8], [.. "\u001b[2J"u8], [0xff, 0xfe], [0xed, 0xa0, 0x80],
        [.. "6:length"u8], [.. "5:files"u8], [.. "9:file tree"u8], [.. "6:pieces"u8], [.. "4:path"u8],
    ];

    public byte[] Make(int seed)
    {
        var random = new Random(seed);
        List<byte> bytes = [.. Sample(random)];
        for (int steps = random.Next(1, 5); steps > 0; steps--) Mutate(bytes, random);
        if (bytes.Count > MaxBytes) bytes.RemoveRange(MaxBytes, bytes.Count - MaxBytes);
        return [.. bytes];
    }

    private byte[] Sample(Random random) => samples[random.Next(samples.Length)];

    private void Mutate(List<byte> bytes, Random random)
    {
        int at = random.Next(bytes.Count + 1);
        int count = random.Next(Math.Min(bytes.Count - at, random.Next(8) == 0 ? int.MaxValue : 16) + 1);
        switch (random.Next(11))
        {
            case 0: if (at < bytes.Count) bytes[at] ^= (byte)(1 << random.Next(8)); break;
            case 1: if (at < bytes.Count) bytes[at] = (byte)random.Next(256); break;
            case 2: if (at < bytes.Count) bytes[at] = Bytes[random.Next(Bytes.Length)]; break;
            case 3: bytes.RemoveRange(at, bytes.Count - at); break;
            case 4: bytes.RemoveRange(at, count); break;
            case 5: bytes.InsertRange(at, Noise(random)); break;
            case 6: bytes.InsertRange(at, Words[random.Next(Words.Length)]); break;
            case 7: Repeat(bytes, at, count, random); break;
            case 8: Splice(bytes, at, random); break;
            case 9: EditNumber(bytes, at, random); break;
            default: EditLength(bytes, at, random); break;
        }
    }

    private static byte[] Noise(Random random)
    {
        byte[] noise = new byte[random.Next(1, 20)];
        random.NextBytes(noise);
        return noise;
    }

    private static void Repeat(List<byte> bytes, int at, int count, Random random)
    {
        byte[] part = [.. bytes.GetRange(at, count)];
        int most = count == 0 ? 0 : Math.Min(random.Next(16) == 0 ? 2000 : 3, MaxBytes / count);
        var repeated = new List<byte>(count * most);
        for (int times = random.Next(most + 1); times > 0; times--) repeated.AddRange(part);
        bytes.InsertRange(at, repeated);
    }

    /// <summary>Goes on with the end of another sample.</summary>
    private void Splice(List<byte> bytes, int at, Random random)
    {
        byte[] other = Sample(random);
        bytes.RemoveRange(at, bytes.Count - at);
        bytes.AddRange(other[random.Next(other.Length + 1)..]);
    }

    /// <summary>Puts another number in place of the next one in decimal digits.</summary>
    private static void EditNumber(List<byte> bytes, int at, Random random)
    {
        int start = at;
        while (start < bytes.Count && !char.IsAsciiDigit((char)bytes[start])) start++;
        int end = start;
        while (end < bytes.Count && char.IsAsciiDigit((char)bytes[end])) end++;
        if (end == start) return;
        if (random.Next(2) == 0)
        {
            bytes[end - 1] = (byte)('0' + random.Next(10));
            return;
        }
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, Numbers[random.Next(Numbers.Length)]);
    }

    /// <summary>Puts a telling value where a binary length could be.</summary>
    private static void EditLength(List<byte> bytes, int at, Random random)
    {
        if (bytes.Count < 4) return;
        at = Math.Min(at, bytes.Count - 4);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(length, Lengths[random.Next(Lengths.Length)]);
        if (random.Next(2) == 0) length = length[2..];
        for (int i = 0; i < length.Length; i++) bytes[at + i] = length[i];
    }
}
