namespace Shoal.TestKit;

/// <summary>File contents that anybody can compute again from a position alone.</summary>
public static class ContentPattern
{
    /// <summary>Byte <paramref name="position"/> of the pattern: no two blocks of a small file are alike.</summary>
    public static byte At(long position) => (byte)(7 * position + 13 * (position >> 8) + 29 * (position >> 16));

    /// <summary>The first bytes of the pattern, from <paramref name="start"/> on.</summary>
    public static byte[] Bytes(int length, long start = 0)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) bytes[i] = At(start + i);
        return bytes;
    }
}
