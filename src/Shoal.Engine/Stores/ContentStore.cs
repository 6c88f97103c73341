using System.Security.Cryptography;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Stores;

/// <summary>
/// A folder that keeps content under its hash, so that the same content is never fetched twice, whatever it is called
/// and whichever torrent it comes with:
/// <code>
/// DIR/&lt;SHA-1 of the file&gt;                 a single file
/// DIR/&lt;info-hash&gt;/&lt;name&gt;/...            a folder
/// DIR/.index/&lt;kind&gt;-&lt;hash&gt;               by what else the content is known, each the name of the above
/// DIR/.partial/&lt;info-hash&gt;/...           what is being downloaded
/// </code>
/// </summary>
public sealed class ContentStore
{
    private const int BufferBytes = 1 << 20;

    private readonly string _folder;

    /// <summary>A store in a folder, which is made when something is first kept.</summary>
    public ContentStore(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        _folder = Path.GetFullPath(folder);
    }

    /// <summary>By what a torrent's content is known: its info-hashes, and the root hash of its one file.</summary>
    public static IReadOnlyList<string> KeysOf(TorrentInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        List<string> keys = [];
        if (info.Hashes.V1 is { } v1) keys.Add($"btih-{v1}");
        if (info.Hashes.V2 is { } v2) keys.Add($"btmh-{v2}");
        // The root of a file's tree does not depend on name or piece size, so it finds the file in other torrents.
        if (info.IsSingleFile && info.Files.FirstOrDefault(f => !f.IsPadding) is { PiecesRoot: { } root })
            keys.Add($"root-{root}");
        return keys;
    }

    /// <summary>
    /// The key of a file by the hash of its bytes, SHA-1 or SHA-256 in hexadecimal; null for another text.
    /// </summary>
    public static string? KeyOf(string fileHash)
    {
        ArgumentNullException.ThrowIfNull(fileHash);
        if (!fileHash.All(char.IsAsciiHexDigit)) return null;
        return fileHash.Length switch
        {
            2 * SHA1.HashSizeInBytes => $"sha1-{fileHash.ToLowerInvariant()}",
            2 * SHA256.HashSizeInBytes => $"sha256-{fileHash.ToLowerInvariant()}",
            _ => null,
        };
    }

    /// <summary>Where content lies that is known by one of some keys, or null when it is not here.</summary>
    public string? Find(IEnumerable<string> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (string key in keys)
        {
            string index = Path.Combine(_folder, ".index", key);
            if (!File.Exists(index)) continue;
            // A name with a path in it was not written by us.
            string name = Path.GetFileName(File.ReadAllText(index).Trim());
            string path = Path.Combine(_folder, name);
            if (name.Length > 0 && Path.Exists(path)) return path;
        }
        return null;
    }

    /// <summary>The folder in which something is to be downloaded before it is kept.</summary>
    public string PartialFolder(string hash) => Path.Combine(_folder, ".partial", hash);

    /// <summary>Takes in what is complete and right: moves it to its place and notes by what it is known.</summary>
    /// <param name="path">The file or folder, in <see cref="PartialFolder"/>.</param>
    /// <param name="hash">Hash that its partial folder has.</param>
    /// <param name="keys">By what it is known.</param>
    /// <param name="cancellationToken">Ends the hashing early.</param>
    /// <returns>Where it lies now.</returns>
    /// <exception cref="TorrentException">The disk refuses.</exception>
    public async Task<string> KeepAsync(
        string path, string hash, IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(keys);
        try
        {
            List<string> known = [.. keys];
            string target;
            if (File.Exists(path))
            {
                string sha1 = await Sha1OfAsync(path, cancellationToken).ConfigureAwait(false);
                known.Add($"sha1-{sha1}");
                target = Path.Combine(_folder, sha1);
                File.Move(path, target, overwrite: true);
            }
            else
            {
                target = Path.Combine(_folder, hash);
                Directory.CreateDirectory(target);
                string inside = Path.Combine(target, Path.GetFileName(path));
                if (Directory.Exists(inside)) Directory.Delete(inside, recursive: true);
                Directory.Move(path, inside);
            }
            foreach (string key in known) Note(key, Path.GetFileName(target));
            if (Directory.Exists(PartialFolder(hash))) Directory.Delete(PartialFolder(hash), recursive: true);
            return target;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TorrentException(TorrentError.Disk, $"The store '{_folder}' cannot be written: {e.Message}", e);
        }
    }

    /// <summary>SHA-1 of a file in lower-case hexadecimal.</summary>
    public static async Task<string> Sha1OfAsync(string path, CancellationToken cancellationToken = default)
    {
        var options = new FileStreamOptions
        {
            Options = FileOptions.SequentialScan | FileOptions.Asynchronous, BufferSize = BufferBytes,
        };
        using var file = new FileStream(path, options);
        byte[] hash = await SHA1.HashDataAsync(file, cancellationToken).ConfigureAwait(false);
        return Convert.ToHexStringLower(hash);
    }

    /// <summary>Written whole or not at all, so that a killed process leaves no name of nothing.</summary>
    private void Note(string key, string name)
    {
        string index = Directory.CreateDirectory(Path.Combine(_folder, ".index")).FullName;
        string temporary = Path.Combine(index, $"{key}.{Guid.NewGuid():N}.tmp");
        File.WriteAllText(temporary, name);
        File.Move(temporary, Path.Combine(index, key), overwrite: true);
    }
}
