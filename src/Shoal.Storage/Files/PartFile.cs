using Shoal.Storage.Layout;

namespace Shoal.Storage.Files;

/// <summary>
/// Keeps the bytes of unwanted files that lie in one piece with wanted ones, so that such pieces can be verified and
/// served. Only a piece that holds several files can be such a piece; each has a slot of one piece length at a place
/// that follows from the torrent alone, whatever is wanted:
/// <code>
///  piece space  [a   |a  b|b   |b c d|d   ]      pieces 1 and 3 hold several files
///  part file    [a  b][b c d]                    slot 0 is piece 1, slot 1 is piece 3
/// </code>
/// </summary>
internal sealed class PartFile
{
    private readonly int[] _pieces;
    private readonly int _pieceLength;
    private readonly StoredFile _file;

    public PartFile(FileHandlePool handles, PathGuard? guard, FileLayout layout, string folder, string relative)
    {
        _pieces = SharedPieces(layout);
        _pieceLength = layout.Geometry.PieceLength;
        var file = new LayoutFile(relative, 0, (long)_pieces.Length * _pieceLength, IsExecutable: false);
        _file = new StoredFile(handles, guard, file, System.IO.Path.Combine(folder, relative));
    }

    public string Path => _file.Path;

    /// <summary>Bytes that the file has now; 0 where it does not exist.</summary>
    public long StoredLength => _pieces.Length == 0 ? 0 : _file.StoredLength;

    /// <summary>
    /// Offset in the part file of a byte of the piece space; false for a byte whose piece has no slot. The bytes up to
    /// the end of that piece follow it.
    /// </summary>
    public bool TryLocate(long start, out long offset)
    {
        int slot = Array.BinarySearch(_pieces, (int)(start / _pieceLength));
        offset = (long)slot * _pieceLength + start % _pieceLength;
        return slot >= 0;
    }

    public StorageError? Read(IReadOnlyList<Memory<byte>> into, long offset, long length) =>
        _file.Read(into, offset, length);

    public StorageError? Write(IReadOnlyList<ReadOnlyMemory<byte>> data, long offset) => _file.Write(data, offset);

    public StorageError? Flush() => _file.Flush();

    /// <inheritdoc cref="StoredFile.MarkUnflushed"/>
    public void MarkUnflushed() => _file.MarkUnflushed();

    public void Close() => _file.Close();

    private static int[] SharedPieces(FileLayout layout)
    {
        var pieces = new List<int>();
        long pieceLength = layout.Geometry.PieceLength;
        long lastUsed = -1;
        foreach (LayoutFile file in layout.Files)
        {
            if (!file.IsContent || file.Length == 0) continue;
            long first = file.Offset / pieceLength;
            if (first == lastUsed && (pieces.Count == 0 || pieces[^1] != first)) pieces.Add((int)first);
            lastUsed = (file.End - 1) / pieceLength;
        }
        return [.. pieces];
    }
}
