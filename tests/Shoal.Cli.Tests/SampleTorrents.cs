using System.Collections.Immutable;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Tests;

/// <summary>Descriptions of torrents with made-up hashes: enough for what the program shows of them.</summary>
internal static class SampleTorrents
{
    public const int PieceLength = 16 * 1024;

    public static TorrentHashes Hashes { get; } = new(
        new InfoHash(Enumerable.Repeat((byte)0xAB, InfoHash.Length).ToArray()),
        new Sha256Hash(Enumerable.Repeat((byte)0xCD, Sha256Hash.Length).ToArray()));

    public static Metainfo Folder(string name, params (string Path, long Length)[] files)
    {
        long offset = 0;
        ImmutableArray<TorrentFile>.Builder list = ImmutableArray.CreateBuilder<TorrentFile>();
        foreach ((string path, long length) in files)
        {
            list.Add(new TorrentFile { Path = [.. path.Split('/')], Length = length, Offset = offset });
            offset += length;
            long padding = (PieceLength - offset % PieceLength) % PieceLength;
            if (padding == 0) continue;
            ImmutableArray<string> padPath = [".pad", $"{padding}"];
            list.Add(new TorrentFile { Path = padPath, Length = padding, Offset = offset, IsPadding = true });
            offset += padding;
        }
        return Of(name, list.ToImmutable(), offset, isSingleFile: false);
    }

    public static Metainfo File(string name, long length) =>
        Of(name, [new TorrentFile { Path = [name], Length = length, Offset = 0 }], length, isSingleFile: true);

    private static Metainfo Of(string name, ImmutableArray<TorrentFile> files, long total, bool isSingleFile) => new()
    {
        Info = new TorrentInfo
        {
            Hashes = Hashes,
            Version = TorrentVersion.Hybrid,
            Name = name,
            IsSingleFile = isSingleFile,
            IsPrivate = false,
            Files = files,
            Geometry = new PieceGeometry(PieceLength, total),
            V1Pieces = default,
            Raw = new byte[] { (byte)'d', (byte)'e' },
        },
        Trackers = [["http://tracker.example/announce"]],
    };
}
