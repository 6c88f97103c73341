using System.Collections.Immutable;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage;

namespace Shoal.Engine;

/// <summary>What a check found.</summary>
/// <param name="PieceCount">Number of pieces of the torrent.</param>
/// <param name="GoodPieces">Number of pieces that hash right.</param>
/// <param name="BadPieces">Numbers of the pieces that do not, missing data included.</param>
/// <param name="Files">Each file without padding, with what is right of it.</param>
public sealed record VerifyReport(
    int PieceCount, int GoodPieces, ImmutableArray<int> BadPieces, ImmutableArray<VerifiedFile> Files)
{
    /// <summary>True when every piece hashes right.</summary>
    public bool IsComplete => GoodPieces == PieceCount;

    /// <summary>
    /// True when, besides, every file is there and none is longer than the torrent says: what no piece covers has no
    /// hash.
    /// </summary>
    public bool IsExact => IsComplete && Files.All(file => file is { Exists: true, ExcessBytes: 0 });

    internal static VerifyReport Of(TorrentInfo info, TorrentStorage storage, Bitfield good)
    {
        PieceGeometry geometry = info.Geometry;
        var bad = ImmutableArray.CreateBuilder<int>(geometry.PieceCount - good.Count);
        for (int piece = good.NextClear(0); piece >= 0; piece = good.NextClear(piece + 1)) bad.Add(piece);
        var files = ImmutableArray.CreateBuilder<VerifiedFile>();
        for (int i = 0; i < info.Files.Length; i++)
        {
            TorrentFile file = info.Files[i];
            if (file.IsPadding) continue;
            var stored = storage.PathOf(i) is { } path ? new FileInfo(path) : null;
            files.Add(new VerifiedFile(
                storage.Layout.Files[i].Path?.Replace(Path.DirectorySeparatorChar, '/') ?? file.DisplayPath,
                file.Length,
                GoodBytes(geometry, good, file),
                stored is { Exists: true },
                stored is { Exists: true } ? Math.Max(0, stored.Length - file.Length) : 0));
        }
        return new VerifyReport(geometry.PieceCount, good.Count, bad.MoveToImmutable(), files.ToImmutable());
    }

    private static long GoodBytes(PieceGeometry geometry, Bitfield good, TorrentFile file)
    {
        long sum = 0;
        for (long at = file.Offset; at < file.End;)
        {
            PieceIndex piece = geometry.PieceAt(at);
            long end = Math.Min(file.End, geometry.Offset(piece) + geometry.PieceLength);
            if (good[piece]) sum += end - at;
            at = end;
        }
        return sum;
    }
}
