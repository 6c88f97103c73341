using Shoal.Engine;
using Shoal.Protocol.Torrents;

namespace Shoal.Lab.Static;

/// <summary>The .torrent of a static swarm, which holds the hashes of the pieces. Set-up makes it.</summary>
internal static class StaticTorrent
{
    /// <summary>Reads it and compares it with the configuration.</summary>
    /// <exception cref="LabException">It is missing, or was made for another file.</exception>
    public static async Task<Metainfo> ReadAsync(
        StaticFiles files,
        CommonConfig config,
        IReadOnlyDictionary<string, int> lines,
        CancellationToken cancellationToken)
    {
        string path = files.Torrent(config.FileName);
        if (!File.Exists(path))
            throw new LabException(
                $"There is no {path} with the hashes of the pieces: run shoal lab setup, or copy it from the machine "
                    + "of the first peer.")
            {
                IsNotFound = true,
            };
        var source = new TorrentSource.File(path);
        Metainfo metainfo = await TorrentEngine.ReadAsync(source, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        TorrentInfo info = metainfo.Info;
        Compare("FileName", config.FileName, info.Name);
        Compare("FileSize", config.FileSize, info.ContentLength);
        Compare("PieceSize", config.PieceSize, info.Geometry.PieceLength);
        return metainfo;

        void Compare<T>(string setting, T configured, T made)
        {
            if (!Equals(configured, made))
                throw LabException.At(
                    files.Common,
                    lines[setting],
                    $"{setting} is {configured}, but {Path.GetFileName(path)} was made for {made}; run set-up again.");
        }
    }

    /// <summary>Hashes a file and writes the .torrent whole or not at all.</summary>
    public static async Task WriteAsync(
        string path,
        string content,
        CommonConfig config,
        IProgress<long>? progress,
        CancellationToken cancellationToken)
    {
        CreateOptions options = new()
        {
            Name = config.FileName,
            PieceLength = config.PieceSize,
            // Only PeerInfo.cfg names peers.
            IsPrivate = true,
        };
        CreatedTorrent created = await TorrentCreator.CreateAsync(content, options, progress, cancellationToken)
            .ConfigureAwait(false);
        string temporary = path + ".tmp";
        await File.WriteAllBytesAsync(temporary, created.Bytes, cancellationToken).ConfigureAwait(false);
        File.Move(temporary, path, overwrite: true);
    }
}
