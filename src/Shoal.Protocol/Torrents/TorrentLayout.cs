using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Shoal.Protocol.Torrents;

/// <summary>Where files lie in the piece space, and what that makes of its pieces.</summary>
internal static class TorrentLayout
{
    /// <summary>The first multiple of the piece length that is not before an offset.</summary>
    public static long Align(long offset, int pieceLength) => (offset + pieceLength - 1) / pieceLength * pieceLength;

    /// <summary>Checks that a piece space does not need more pieces than are accepted.</summary>
    public static bool Fits(long totalLength, int pieceLength, [NotNullWhen(false)] out string? error)
    {
        bool fits = totalLength <= (long)TorrentLimits.MaxPieces * pieceLength;
        error = fits ? null : $"The torrent has more than {TorrentLimits.MaxPieces} pieces of its 'piece length'.";
        return fits;
    }

    /// <summary>The pieces of a v2-only torrent: the last one of each file ends where the file does.</summary>
    public static PieceGeometry V2Geometry(ImmutableArray<TorrentFile> files, int pieceLength, long totalLength)
    {
        Dictionary<int, int>? shortPieces = null;
        foreach (TorrentFile file in files)
        {
            int rest = (int)(file.Length % pieceLength);
            // The very last piece is short by the total length alone; a single file so needs no look-up per piece.
            if (rest == 0 || file.End == totalLength) continue;
            shortPieces ??= [];
            shortPieces[(int)(file.End / pieceLength)] = rest;
        }
        return new PieceGeometry(pieceLength, totalLength, shortPieces);
    }

    /// <summary>The pieces of a torrent with a v1 list: padding at the end of a piece is not transferred.</summary>
    public static PieceGeometry V1Geometry(ImmutableArray<TorrentFile> files, int pieceLength, long totalLength)
    {
        Dictionary<int, int>? shortPayloads = null;
        for (int i = 0; i < files.Length; i++)
        {
            if (!files[i].IsPadding || files[i].Length == 0) continue;
            long start = files[i].Offset;
            long end = files[i].End;
            // Padding can be cut into several entries, and empty files can lie between them.
            while (i + 1 < files.Length && (files[i + 1].IsPadding || files[i + 1].Length == 0)) end = files[++i].End;
            shortPayloads ??= [];
            AddTails(shortPayloads, start, end, pieceLength, totalLength);
        }
        return new PieceGeometry(pieceLength, totalLength, null, shortPayloads);
    }

    /// <summary>Records each piece whose last byte is one of the padding from <paramref name="start"/> on.</summary>
    private static void AddTails(Dictionary<int, int> payloads, long start, long end, int pieceLength, long totalLength)
    {
        for (long piece = start / pieceLength; piece * pieceLength < end; piece++)
        {
            long pieceStart = piece * pieceLength;
            long pieceEnd = Math.Min(pieceStart + pieceLength, totalLength);
            if (pieceEnd > end) break;
            payloads[(int)piece] = (int)Math.Max(0, start - pieceStart);
        }
    }
}
