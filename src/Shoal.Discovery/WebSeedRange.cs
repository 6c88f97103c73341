namespace Shoal.Discovery;

/// <summary>Bytes of one file on a web server.</summary>
/// <param name="Url">The file.</param>
/// <param name="First">Offset of the first byte.</param>
/// <param name="Length">Number of bytes, 1 or more.</param>
/// <param name="FileLength">Bytes that the whole file has to have.</param>
public sealed record WebSeedRange(Uri Url, long First, long Length, long FileLength)
{
    /// <summary>Offset of the last byte.</summary>
    public long Last => First + Length - 1;

    /// <summary>True when it is the whole file, which a server without ranges can send too.</summary>
    public bool IsWholeFile => First == 0 && Length == FileLength;
}
