using Shoal.Protocol.Torrents;

namespace Shoal.Engine;

/// <summary>Where a torrent comes from: a .torrent in memory, in a file or at a URL, or a magnet link.</summary>
public abstract record TorrentSource
{
    private TorrentSource() { }

    /// <summary>A parsed .torrent.</summary>
    public sealed record Parsed(Metainfo Metainfo) : TorrentSource;

    /// <summary>The path of a .torrent file.</summary>
    public sealed record File(string Path) : TorrentSource;

    /// <summary>The http or https URL of a .torrent file.</summary>
    public sealed record Url(Uri Address) : TorrentSource;

    /// <summary>A magnet link.</summary>
    public sealed record Magnet(string Link) : TorrentSource;

    /// <summary>
    /// Tells by its look what a user typed: a magnet link, an http(s) URL, an info-hash of 40 or 64 hexadecimal
    /// digits, or else the path of a .torrent file.
    /// </summary>
    /// <exception cref="TorrentException">It begins as a URL does and is none.</exception>
    public static TorrentSource Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        if (text.StartsWith("magnet:", StringComparison.OrdinalIgnoreCase)) return new Magnet(text);
        if (text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            return Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
                ? new Url(url)
                : throw new TorrentException(TorrentError.InvalidInput, $"'{text}' is not a URL that can be fetched.");
        }
        if (text.Length == 40 && text.All(char.IsAsciiHexDigit)) return new Magnet($"magnet:?xt=urn:btih:{text}");
        if (text.Length == 64 && text.All(char.IsAsciiHexDigit)) return new Magnet($"magnet:?xt=urn:btmh:1220{text}");
        return new File(text);
    }
}
