using System.Runtime.InteropServices;

namespace Shoal.Lab;

/// <summary>A file of noise that does not compress, the same for the same size on every machine.</summary>
public static class NoiseFile
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Writes a new file of so many bytes.</summary>
    public static async Task WriteAsync(string path, long bytes, CancellationToken stop)
    {
        byte[] buffer = new byte[BufferBytes];
        ulong state = 0x5368_6F61_6C21_0001;
        await using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (long written = 0; written < bytes;)
        {
            state = Fill(buffer, state);
            int count = (int)Math.Min(buffer.Length, bytes - written);
            await file.WriteAsync(buffer.AsMemory(0, count), stop);
            written += count;
        }
    }

    /// <summary>True when both files hold the same bytes.</summary>
    public static async Task<bool> AreSameAsync(string first, string second, CancellationToken stop)
    {
        byte[] one = new byte[BufferBytes];
        byte[] other = new byte[BufferBytes];
        await using FileStream a = new(first, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        await using FileStream b = new(second, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (a.Length != b.Length) return false;
        while (true)
        {
            int read = await a.ReadAtLeastAsync(one, one.Length, throwOnEndOfStream: false, stop);
            int same = await b.ReadAtLeastAsync(other, other.Length, throwOnEndOfStream: false, stop);
            if (!one.AsSpan(0, read).SequenceEqual(other.AsSpan(0, same))) return false;
            if (read == 0) return true;
        }
    }

    // SplitMix64 (Steele, Lea and Flood 2014): one multiply-and-shift round for eight bytes.
    private static ulong Fill(Span<byte> buffer, ulong state)
    {
        foreach (ref ulong word in MemoryMarshal.Cast<byte, ulong>(buffer))
        {
            state += 0x9E37_79B9_7F4A_7C15;
            ulong mixed = (state ^ (state >> 30)) * 0xBF58_476D_1CE4_E5B9;
            mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
            word = mixed ^ (mixed >> 31);
        }
        return state;
    }
}
