using System.Collections.Immutable;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Fuzz.Tests;

public sealed class TorrentFuzzTests
{
    private static readonly TestTorrent[] Torrents =
    [
        TestTorrents.Create(TorrentVersion.V1, 16384, ("a.bin", 20_000)),
        TestTorrents.Create(TorrentVersion.V1, 1000, ("a/b.txt", 1500), ("c", 0), ("d/e/f", 700)),
        TestTorrents.Create(TorrentVersion.V2, 16384, ("a/b.txt", 40_000), ("c", 0), ("d", 100)),
        TestTorrents.Create(TorrentVersion.Hybrid, 16384, ("a/b.txt", 40_000), ("c", 100), ("d", 16384)),
        TestTorrents.Create(TorrentVersion.Hybrid, 32768, ("one.bin", 100_000)),
    ];

    [Fact]
    public void Torrent_files() => Fuzzer.Run(new FuzzTarget(
        "torrent file", [.. Torrents.Select(t => t.TorrentBytes), Decorated()], ReadFile)
    {
        // The dictionary is parsed twice, and every file and path element becomes an object.
        BytesPerInputByte = 256,
        FixedBytes = 64 * 1024,
        Verify = input =>
        {
            if (!MetainfoReader.TryRead(input, out Metainfo? read, out string? error)) VerifySentence(error);
            else VerifyInfo(read.Info);
        },
    });

    [Fact]
    public void Info_dictionaries() => Fuzzer.Run(new FuzzTarget(
        "info dictionary", [.. Torrents.Select(t => t.Info.Raw.ToArray())], ReadInfo)
    {
        BytesPerInputByte = 256,
        FixedBytes = 64 * 1024,
        Verify = input =>
        {
            if (!TorrentInfoReader.TryRead(input, out TorrentInfo? read, out string? error)) VerifySentence(error);
            else VerifyInfo(read);
        },
    });

    private static void ReadFile(byte[] input) => MetainfoReader.TryRead(input, out _, out _);

    private static void ReadInfo(byte[] input) => TorrentInfoReader.TryRead(input, out _, out _);

    /// <summary>A torrent with everything beside the info dictionary.</summary>
    private static byte[] Decorated() => MetainfoWriter.Write(Torrents[3].Metainfo with
    {
        Trackers = [["http://a.test/announce", "udp://b.test:6969"], ["https://c.test/announce?key=1"]],
        WebSeeds = ["https://d.test/files/"],
        Nodes = [("router.test", 6881)],
        Comment = "µ",
        CreatedBy = "Shoal",
        CreationDate = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
    });

    private static void VerifySentence(string error)
    {
        Assert.InRange(error.Length, 10, 2000);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    private static void VerifyInfo(TorrentInfo info)
    {
        PieceGeometry geometry = info.Geometry;
        Assert.InRange(geometry.PieceCount, 1, TorrentLimits.MaxPieces);
        Assert.InRange(geometry.PayloadTotal, 0, geometry.TotalLength);
        bool hasV1 = info.Version.HasFlag(TorrentVersion.V1);
        Assert.Equal(hasV1 ? geometry.PieceCount * InfoHash.Length : 0, info.V1Pieces.Length);
        Assert.Equal(hasV1, info.Hashes.V1 is not null);
        long end = 0;
        foreach (TorrentFile file in info.Files)
        {
            Assert.InRange(file.Offset, end, geometry.TotalLength);
            Assert.InRange(file.Length, 0, geometry.TotalLength - file.Offset);
            Assert.False(file.Path.IsEmpty && !file.IsPadding);
            end = file.End;
        }
        for (int i = 0; i < Math.Min(geometry.PieceCount, 100); i++)
        {
            PieceIndex piece = geometry.Piece(i);
            Assert.InRange(geometry.PayloadLength(piece), 0, geometry.Length(piece));
            Assert.InRange(geometry.Length(piece), 1, geometry.PieceLength);
        }
    }
}
