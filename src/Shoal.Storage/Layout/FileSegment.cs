namespace Shoal.Storage.Layout;

/// <summary>A stretch of the piece space that lies in one file, or in none.</summary>
/// <param name="File">
/// Number of the file, or -1 for bytes that are zero by definition: padding and alignment gaps.
/// </param>
/// <param name="Offset">Offset of the first byte in the file.</param>
/// <param name="Start">Offset of the first byte in the piece space.</param>
/// <param name="Length">Number of bytes, at least 1.</param>
internal readonly record struct FileSegment(int File, long Offset, long Start, long Length)
{
    /// <summary>True for padding and alignment gaps.</summary>
    public bool IsZeros => File < 0;
}
