namespace Shoal.Storage.Files;

/// <summary>
/// One read buffer per thread that needs one, and a list to pass it on. It is in use only between getting it and
/// hashing it, with no other user in between.
/// </summary>
internal static class ReadBuffers
{
    [ThreadStatic]
    private static byte[]? buffer;

    [ThreadStatic]
    private static List<Memory<byte>>? one;

    public static byte[] Get(int length)
    {
        if (buffer is null || buffer.Length < length)
            buffer = GC.AllocateUninitializedArray<byte>(length, pinned: true);
        return buffer;
    }

    public static List<Memory<byte>> OneBuffer() => one ??= [];
}
