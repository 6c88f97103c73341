using System.Collections.Frozen;
using Shoal.Protocol;

namespace Shoal.Tracker;

/// <summary>
/// A list of torrents in a text file: an info-hash of 40 hexadecimal digits on each line, of 64 for v2, which counts as
/// its first 40; empty lines and those that begin with # are passed over. The file may change at any time.
/// </summary>
public sealed class TorrentListFile : ITorrentRegistry
{
    private const int V1Digits = 40;
    private const int V2Digits = 64;

    private readonly string _path;
    private FrozenSet<InfoHash> _torrents = [];
    private (DateTime Written, long Length) _version;

    private TorrentListFile(string path) => _path = path;

    /// <summary>Torrents in the list.</summary>
    public int Count => _torrents.Count;

    /// <summary>Reads the list.</summary>
    /// <exception cref="IOException">The file is not there, or a line of it is no info-hash.</exception>
    public static TorrentListFile Open(string path)
    {
        var list = new TorrentListFile(path);
        list.Reload();
        return list;
    }

    /// <inheritdoc/>
    public bool IsRegistered(InfoHash torrent) => _torrents.Contains(torrent);

    /// <summary>
    /// Reads the file again if it has changed since; one that is of no use now leaves the list as it was.
    /// </summary>
    /// <returns>Null, or one sentence about a file that could not be read.</returns>
    public string? Refresh()
    {
        try
        {
            Reload();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private void Reload()
    {
        var file = new FileInfo(_path);
        (DateTime, long) version = (file.LastWriteTimeUtc, file.Exists ? file.Length : -1);
        if (version == _version) return;
        var torrents = new HashSet<InfoHash>();
        int number = 0;
        foreach (string line in File.ReadLines(_path))
        {
            number++;
            ReadOnlySpan<char> text = line.AsSpan().Trim();
            if (text.IsEmpty || text[0] == '#') continue;
            if (text.Length is not (V1Digits or V2Digits)
                || !InfoHash.TryParseHex(text[..V1Digits], out InfoHash hash))
                throw new IOException($"{_path} has no info-hash of 40 or 64 digits in line {number}.");
            torrents.Add(hash);
        }
        _torrents = torrents.ToFrozenSet();
        _version = version;
    }
}
