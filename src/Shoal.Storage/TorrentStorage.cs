using System.Globalization;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Files;
using Shoal.Storage.Layout;

namespace Shoal.Storage;

/// <summary>
/// The bytes of one torrent on disk, addressed by piece. Reads and writes can run on any number of threads at once;
/// that two of them do not write the same bytes is up to the callers.
/// </summary>
public sealed partial class TorrentStorage : IDisposable
{
    private readonly StoredFile?[] _files;
    private readonly PartFile? _parts;
    private readonly bool[] _isOnDisk;

    private TorrentStorage(FileLayout layout, string folder, bool isReadOnly, StoredFile?[] files, PartFile? parts)
    {
        Layout = layout;
        Folder = folder;
        IsReadOnly = isReadOnly;
        _files = files;
        _parts = parts;
        _isOnDisk = new bool[files.Length];
    }

    /// <summary>Which byte of which piece is in which file.</summary>
    public FileLayout Layout { get; }

    /// <summary>Pieces and blocks.</summary>
    public PieceGeometry Geometry => Layout.Geometry;

    /// <summary>Absolute path of the download folder, in which the torrent's file or folder lies.</summary>
    public string Folder { get; }

    /// <summary>True when every write is refused.</summary>
    public bool IsReadOnly { get; }

    /// <summary>
    /// Reads bytes of one piece into buffers that together have exactly the run's length. Padding reads as zeros; a
    /// file that is missing or too short gives <see cref="StorageFault.Missing"/>.
    /// </summary>
    public StorageError? Read(BlockSpan run, IReadOnlyList<Memory<byte>> into) =>
        Read(Geometry.Offset(run.Piece) + run.Begin, run.Length, into);

    /// <summary>
    /// Writes consecutive buffers into one piece from <paramref name="begin"/> on. Bytes of padding are dropped. After
    /// an error any part of the run may have been written.
    /// </summary>
    public StorageError? Write(PieceIndex piece, int begin, IReadOnlyList<ReadOnlyMemory<byte>> data)
    {
        if (IsReadOnly)
            return new StorageError(StorageFault.ReadOnly, $"'{Layout.Name}' was opened for reading only.");
        long offset = Geometry.Offset(piece) + begin;
        long length = 0;
        for (int i = 0; i < data.Count; i++) length += data[i].Length;
        if (length == 0) return null;
        FileSegment first = Layout.At(offset, length);
        if (first.Length == length && IsStored(first)) return _files[first.File]!.Write(data, first.Offset);
        List<ReadOnlyMemory<byte>> vectors = VectorLists.RentForWriting();
        var cursor = new VectorCursor();
        StorageError? error = null;
        foreach (FileSegment segment in Layout.Locate(offset, length))
        {
            for (long done = 0; done < segment.Length && error is null;)
            {
                FileSegment stretch = Stretch(segment, done);
                vectors.Clear();
                cursor.Take(data, stretch.Length, vectors);
                error = WriteStretch(stretch, vectors);
                done += stretch.Length;
            }
            if (error is not null) break;
        }
        vectors.Clear();
        return error;
    }

    /// <summary>Puts all that was written so far on the medium.</summary>
    public StorageError? Flush()
    {
        StorageError? error = _parts?.Flush();
        foreach (StoredFile? file in _files)
        {
            StorageError? failed = file?.Flush();
            error ??= failed;
        }
        return error;
    }

    /// <summary>
    /// Bytes of a file that are on disk now: 0 where it does not exist, at most its length in the torrent.
    /// </summary>
    public long StoredLength(int file) => _files[file]?.StoredLength ?? 0;

    /// <summary>Absolute path of a file on disk; null for padding and links.</summary>
    public string? PathOf(int file) => _files[file]?.Path;

    /// <summary>The pieces that lie wholly in files that have their full size, whatever is in them.</summary>
    public Bitfield PiecesOfWholeFiles()
    {
        var pieces = new Bitfield(Geometry.PieceCount);
        StoredExtent extent = MeasureExtent();
        for (int i = 0; i < Geometry.PieceCount; i++)
        {
            PieceIndex piece = Geometry.Piece(i);
            if (extent.Holds(piece)) pieces.Set(piece);
        }
        return pieces;
    }

    /// <summary>Closes the files. No other member may be in use or be used again.</summary>
    public void Dispose()
    {
        _parts?.Close();
        foreach (StoredFile? file in _files) file?.Close();
    }

    /// <summary>Reads any bytes of the piece space, over piece borders too.</summary>
    internal StorageError? Read(long offset, long length, IReadOnlyList<Memory<byte>> into)
    {
        if (length == 0) return null;
        FileSegment first = Layout.At(offset, length);
        if (first.Length == length && IsStored(first)) return _files[first.File]!.Read(into, first.Offset, length);
        List<Memory<byte>> vectors = VectorLists.RentForReading();
        var cursor = new VectorCursor();
        StorageError? error = null;
        foreach (FileSegment segment in Layout.Locate(offset, length))
        {
            for (long done = 0; done < segment.Length && error is null;)
            {
                FileSegment stretch = Stretch(segment, done);
                vectors.Clear();
                cursor.Take(into, stretch.Length, vectors);
                error = ReadStretch(stretch, vectors);
                done += stretch.Length;
            }
            if (error is not null) break;
        }
        vectors.Clear();
        return error;
    }

    /// <summary>Makes the next flush reach the files of a piece that another process wrote.</summary>
    internal void MarkUnflushed(PieceIndex piece)
    {
        foreach (FileSegment segment in Layout.Locate(Geometry.Offset(piece), Geometry.PayloadLength(piece)))
        {
            if (segment.IsZeros) continue;
            if (_isOnDisk[segment.File]) _files[segment.File]!.MarkUnflushed();
            else _parts?.MarkUnflushed();
        }
    }

    /// <summary>Looks how far each file reaches now.</summary>
    internal StoredExtent MeasureExtent()
    {
        long[] lengths = new long[_files.Length];
        for (int i = 0; i < lengths.Length; i++) lengths[i] = _isOnDisk[i] ? StoredLength(i) : -1;
        return new StoredExtent(Layout, lengths, _parts);
    }

    internal static string HiddenName(string name, TorrentInfo info, string extension) => string.Create(
        CultureInfo.InvariantCulture,
        $".{SafeName.Start(name, MaxHiddenNameBytes)}.{info.Hashes.ToString()[..8]}.{extension}");

    private bool IsStored(FileSegment segment) => !segment.IsZeros && _isOnDisk[segment.File];

    /// <summary>
    /// What of a segment, after the bytes already done, one call can do: all of it in a file, and up to the end of the
    /// piece in the part file.
    /// </summary>
    private FileSegment Stretch(FileSegment segment, long done)
    {
        long length = segment.Length - done;
        long start = segment.Start + done;
        if (!segment.IsZeros && !_isOnDisk[segment.File])
            length = Math.Min(length, Geometry.PieceLength - start % Geometry.PieceLength);
        return new FileSegment(segment.File, segment.Offset + done, start, length);
    }

    private StorageError? ReadStretch(FileSegment stretch, List<Memory<byte>> into)
    {
        if (stretch.IsZeros)
        {
            foreach (Memory<byte> buffer in into) buffer.Span.Clear();
            return null;
        }
        StoredFile file = _files[stretch.File]!;
        if (_isOnDisk[stretch.File]) return file.Read(into, stretch.Offset, stretch.Length);
        if (_parts is null || !_parts.TryLocate(stretch.Start, out long offset))
            return StorageErrors.TooShort(file.Path, stretch.Offset + stretch.Length);
        return _parts.Read(into, offset, stretch.Length);
    }

    private StorageError? WriteStretch(FileSegment stretch, List<ReadOnlyMemory<byte>> data)
    {
        if (stretch.IsZeros) return null;
        StoredFile file = _files[stretch.File]!;
        if (_isOnDisk[stretch.File]) return file.Write(data, stretch.Offset);
        if (_parts is null || !_parts.TryLocate(stretch.Start, out long offset))
            return new StorageError(StorageFault.Other, $"'{file.Path}' is not one of the selected files.");
        return _parts.Write(data, offset);
    }
}
