namespace Shoal.Storage.Layout;

/// <summary>One file of a torrent and its place on disk.</summary>
/// <param name="Path">
/// Path on disk relative to the download folder, or absolute for content that lies elsewhere; null for padding and
/// for links, which are never created.
/// </param>
/// <param name="Offset">Offset of the first byte in the piece space.</param>
/// <param name="Length">Number of bytes.</param>
/// <param name="IsExecutable">True when the file gets the executable permission.</param>
public sealed record LayoutFile(string? Path, long Offset, long Length, bool IsExecutable)
{
    /// <summary>Offset in the piece space of the first byte after the file.</summary>
    public long End => Offset + Length;

    /// <summary>True when the file exists on disk, as opposed to padding and links.</summary>
    public bool IsContent => Path is not null;
}
