using Shoal.Engine;

namespace Shoal.Lab.Scenarios;

/// <summary>A file of a running scenario: on disk, hashed, with a .torrent that names the scenario's tracker.</summary>
/// <param name="Path">The file.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Torrent">Path of the .torrent.</param>
/// <param name="PieceCount">Number of its pieces.</param>
internal sealed record ScenarioContent(string Path, long Size, string Torrent, int PieceCount)
{
    /// <summary>The folder that the file lies in.</summary>
    public string Folder => System.IO.Path.GetDirectoryName(Path)!;

    /// <summary>Makes the file, unless there is one, and the .torrent.</summary>
    /// <param name="file">What the scenario says of it.</param>
    /// <param name="folder">A folder for what is made.</param>
    /// <param name="isAlone">True when a file that is there already may stay where it is.</param>
    /// <param name="trackerUrl">The tracker's announce URL.</param>
    /// <param name="certificate">The authority of a private swarm, in PEM form; null for everybody.</param>
    /// <param name="stop">Ends the work early.</param>
    public static async Task<ScenarioContent> MakeAsync(
        ScenarioFile file,
        string folder,
        bool isAlone,
        string trackerUrl,
        string? certificate,
        CancellationToken stop)
    {
        string path = file.Path ?? System.IO.Path.Combine(folder, file.Name);
        if (file.Path is null)
        {
            await NoiseFile.WriteAsync(path, file.Size, stop).ConfigureAwait(false);
        }
        else if (!isAlone)
        {
            path = System.IO.Path.Combine(folder, System.IO.Path.GetFileName(file.Path));
            if (File.Exists(path))
                throw new LabException($"Two files are called '{System.IO.Path.GetFileName(path)}': rename one.");
            File.Copy(file.Path, path);
        }
        long size = new FileInfo(path).Length;
        if (size == 0) throw new LabException($"The file '{path}' is empty: there is nothing to move.");
        CreateOptions options = new()
        {
            Trackers = [[trackerUrl]],
            SslCertificate = certificate,
            PieceLength = size == file.Size ? file.PieceSize : ScenarioReader.UsualPieceSize(size),
        };
        CreatedTorrent created = await TorrentCreator.CreateAsync(path, options, null, stop).ConfigureAwait(false);
        string torrent = System.IO.Path.Combine(folder, $".{file.Name}.torrent");
        await File.WriteAllBytesAsync(torrent, created.Bytes, stop).ConfigureAwait(false);
        return new ScenarioContent(path, size, torrent, created.Metainfo.Info.Geometry.PieceCount);
    }
}
