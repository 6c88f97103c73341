namespace Shoal.Storage.Files;

/// <summary>
/// One list of buffers per thread for vectored calls. It is in use from the rent until the caller is done with the
/// call, and the code between the two rents no other; who rented it leaves it empty, so that it holds no memory.
/// </summary>
internal static class VectorLists
{
    [ThreadStatic]
    private static List<Memory<byte>>? reading;

    [ThreadStatic]
    private static List<ReadOnlyMemory<byte>>? writing;

    public static List<Memory<byte>> RentForReading()
    {
        reading ??= [];
        reading.Clear();
        return reading;
    }

    public static List<ReadOnlyMemory<byte>> RentForWriting()
    {
        writing ??= [];
        writing.Clear();
        return writing;
    }
}
