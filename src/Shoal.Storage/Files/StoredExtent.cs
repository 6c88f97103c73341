using Shoal.Protocol;
using Shoal.Storage.Layout;

namespace Shoal.Storage.Files;

/// <summary>
/// How far each file of a torrent reached on disk at one moment, to tell pieces that cannot be there.
/// </summary>
/// <param name="layout">Where bytes lie.</param>
/// <param name="lengths">Bytes on disk by file; -1 for a file of which only parts are kept aside.</param>
/// <param name="parts">The file with those parts, or null.</param>
internal sealed class StoredExtent(FileLayout layout, long[] lengths, PartFile? parts)
{
    private readonly long _partsLength = parts?.StoredLength ?? 0;

    /// <summary>False when some byte of the piece lies past the end of its file.</summary>
    public bool Holds(PieceIndex piece) =>
        Holds(layout.Geometry.Offset(piece), layout.Geometry.PayloadLength(piece));

    /// <summary>False when some of the bytes lie past the end of their file.</summary>
    public bool Holds(BlockSpan span) => Holds(layout.Geometry.Offset(span.Piece) + span.Begin, span.Length);

    private bool Holds(long start, int length)
    {
        foreach (FileSegment segment in layout.Locate(start, length))
        {
            if (segment.IsZeros) continue;
            long stored = lengths[segment.File];
            if (stored >= 0 ? segment.Offset + segment.Length > stored : !IsInParts(segment)) return false;
        }
        return true;
    }

    private bool IsInParts(FileSegment segment) =>
        parts is not null && parts.TryLocate(segment.Start, out long offset) && offset + segment.Length <= _partsLength;
}
