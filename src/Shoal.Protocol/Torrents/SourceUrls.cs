using System.Collections.Immutable;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// Which URLs of a torrent or magnet link are kept. This is about form alone; whether an address may be contacted is
/// asked when a connection is made.
/// </summary>
internal static class SourceUrls
{
    /// <summary>What ends or encloses a host in a URL, and so cannot be in one.</summary>
    private const string NotInHosts = "/\\@?#[]";

    /// <summary>Reads a tracker URL: http, https or udp. False for anything else, blank or too long.</summary>
    public static bool TryTracker(string text, out string url) =>
        TryRead(text, out url, out string scheme) && scheme is "http" or "https" or "udp";

    /// <summary>Reads a web seed URL (BEP 19): http or https. False for anything else, blank or too long.</summary>
    public static bool TryWebSeed(string text, out string url) =>
        TryRead(text, out url, out string scheme) && scheme is "http" or "https";

    /// <summary>Checks a host name and port that a torrent or magnet link gives.</summary>
    public static bool IsEndPoint(string host, long port)
    {
        if (port is < 1 or > ushort.MaxValue || host.Length is 0 or > TorrentLimits.MaxHostLength) return false;
        foreach (char c in host)
            if (char.IsControl(c) || char.IsWhiteSpace(c) || NotInHosts.Contains(c)) return false;
        return true;
    }

    /// <summary>Adds a URL to a list unless it is there or the list is full.</summary>
    public static void AddOnce(ImmutableArray<string>.Builder urls, HashSet<string> seen, string url, int max)
    {
        if (seen.Count < max && seen.Add(url)) urls.Add(url);
    }

    private static bool TryRead(string text, out string url, out string scheme)
    {
        url = text.Trim();
        scheme = "";
        if (url.Length is 0 or > TorrentLimits.MaxUrlLength) return false;
        // A line end in a URL would end the request line that it is written into.
        foreach (char c in url)
            if (char.IsControl(c)) return false;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0) return false;
        scheme = uri.Scheme;
        return true;
    }
}
