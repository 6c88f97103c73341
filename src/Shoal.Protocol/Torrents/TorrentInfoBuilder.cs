using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// A torrent in the making. <see cref="Create"/> lays the files out; whoever has the bytes then hashes them by these
/// offsets, sets the hashes on a copy, and <see cref="Build"/> gives the info dictionary.
/// </summary>
/// <remarks>
/// In a hybrid each file whose end is not the end of a piece is followed by padding, the last one too: the form of the
/// reference implementation in BEP 52. A single file has none, its v1 half being a mere <c>length</c>.
/// </remarks>
public sealed record TorrentInfoBuilder
{
    private TorrentInfoBuilder()
    {
    }

    /// <summary>The name of the file or folder.</summary>
    public required string Name { get; init; }

    /// <summary>The generations that the torrent is to carry.</summary>
    public required TorrentVersion Version { get; init; }

    /// <summary>Bytes in a piece.</summary>
    public required int PieceLength { get; init; }

    /// <summary>True when the torrent is one file named as the torrent.</summary>
    public required bool IsSingleFile { get; init; }

    /// <summary>True when only the torrent's own trackers may name peers (BEP 27).</summary>
    public bool IsPrivate { get; init; }

    /// <summary>The certificate, in PEM form, of who decides which peers take part; null lets everybody.</summary>
    public string? SslCertificate { get; init; }

    /// <summary>
    /// The files as they will be read back, padding included. For v2 and hybrid torrents each file with bytes needs its
    /// <see cref="TorrentFile.PiecesRoot"/> before <see cref="Build"/>.
    /// </summary>
    public required ImmutableArray<TorrentFile> Files { get; init; }

    /// <summary>Bytes of the piece space: what v1 hashes cover.</summary>
    public long TotalLength { get; private init; }

    /// <summary>The pieces that the files lie in, as they will be read back.</summary>
    public PieceGeometry Geometry => Version.HasFlag(TorrentVersion.V1)
        ? TorrentLayout.V1Geometry(Files, PieceLength, TotalLength)
        : TorrentLayout.V2Geometry(Files, PieceLength, TotalLength);

    /// <summary>The SHA-1 of each piece, end to end; needed for v1 and hybrid torrents.</summary>
    public ReadOnlyMemory<byte> V1Pieces { get; init; }

    /// <summary>Sorts files as BEP 52 has it and gives each its place.</summary>
    /// <param name="name">The name of the file or folder.</param>
    /// <param name="version">The generations that the torrent is to carry.</param>
    /// <param name="pieceLength">Bytes in a piece; for v2 and hybrid a power of two of at least 16 KiB.</param>
    /// <param name="isSingleFile">True for one file, whose path is then <paramref name="name"/>.</param>
    /// <param name="files">
    /// Path, length and attributes of each file; offsets are ignored. Paths do not repeat the name.
    /// </param>
    /// <exception cref="ArgumentException">A path is empty, twice there, or both a file and a folder.</exception>
    public static TorrentInfoBuilder Create(
        string name, TorrentVersion version, int pieceLength, bool isSingleFile, IEnumerable<TorrentFile> files)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pieceLength);
        name = WellFormed(name);
        var sorted = new List<TorrentFile>();
        foreach (TorrentFile file in files)
            sorted.Add(file with { Path = isSingleFile ? [name] : WellFormed(file.Path) });
        sorted.Sort((a, b) => TorrentPathOrder.Instance.Compare(a.Path, b.Path));
        RequireDistinct(sorted, isSingleFile);
        bool padded = version == TorrentVersion.Hybrid && !isSingleFile;
        var laid = ImmutableArray.CreateBuilder<TorrentFile>(sorted.Count);
        long end = 0;
        foreach (TorrentFile file in sorted)
        {
            bool anywhere = version == TorrentVersion.V1 || file.Length == 0;
            long offset = anywhere ? end : TorrentLayout.Align(end, pieceLength);
            laid.Add(file with { Offset = offset });
            end = offset + file.Length;
            long aligned = TorrentLayout.Align(end, pieceLength);
            if (!padded || aligned == end) continue;
            laid.Add(Padding(end, aligned - end));
            end = aligned;
        }
        return new TorrentInfoBuilder
        {
            Name = name,
            Version = version,
            PieceLength = pieceLength,
            IsSingleFile = isSingleFile,
            Files = laid.DrainToImmutable(),
            TotalLength = end,
        };
    }

    /// <summary>The same torrent by another name, which a single file then has too.</summary>
    public TorrentInfoBuilder Named(string name)
    {
        name = WellFormed(name);
        return this with { Name = name, Files = IsSingleFile ? [Files[0] with { Path = [name] }] : Files };
    }

    /// <summary>The bencoded info dictionary.</summary>
    /// <exception cref="InvalidOperationException">A hash that the version needs is missing.</exception>
    public byte[] Build() => TorrentInfoWriter.Write(this);

    private static TorrentFile Padding(long offset, long length) => new()
    {
        Path = [".pad", length.ToString(CultureInfo.InvariantCulture)],
        Length = length,
        Offset = offset,
        IsPadding = true,
    };

    private static void RequireDistinct(List<TorrentFile> sorted, bool isSingleFile)
    {
        if (sorted.Count == 0 || (isSingleFile && sorted.Count > 1))
            throw new ArgumentException("A torrent has at least one file, and a single-file torrent exactly one.");
        for (int i = 0; i < sorted.Count; i++)
        {
            ReadOnlySpan<string> path = sorted[i].Path.AsSpan();
            if (path.IsEmpty || path.Contains(""))
                throw new ArgumentException($"The path '{sorted[i].DisplayPath}' has an empty element.");
            if (i > 0 && path.StartsWith(sorted[i - 1].Path.AsSpan()))
                throw new ArgumentException($"The path '{sorted[i - 1].DisplayPath}' is twice there, or a folder too.");
        }
    }

    private static ImmutableArray<string> WellFormed(ImmutableArray<string> path)
    {
        var elements = ImmutableArray.CreateBuilder<string>(path.Length);
        foreach (string element in path) elements.Add(WellFormed(element));
        return elements.MoveToImmutable();
    }

    /// <summary>The text as it comes back from UTF-8, where half of a surrogate pair does not survive.</summary>
    private static string WellFormed(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
