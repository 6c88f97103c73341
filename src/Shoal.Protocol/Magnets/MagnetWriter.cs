using System.Globalization;
using System.Text;

namespace Shoal.Protocol.Magnets;

/// <summary>
/// Writes magnet links. Hashes, peers and file numbers stay unescaped, as some clients do not unescape them.
/// </summary>
internal static class MagnetWriter
{
    public static string Write(MagnetLink link)
    {
        var text = new StringBuilder("magnet:?");
        if (link.Hashes.V1 is { } v1) Add(text, "xt", $"urn:btih:{v1}");
        if (link.Hashes.V2 is { } v2) Add(text, "xt", $"urn:btmh:1220{v2}");
        if (!string.IsNullOrEmpty(link.Name)) Add(text, "dn", Uri.EscapeDataString(link.Name));
        if (link.ContentLength is { } length) Add(text, "xl", length.ToString(CultureInfo.InvariantCulture));
        foreach (string url in link.Trackers) Add(text, "tr", Uri.EscapeDataString(url));
        foreach (string url in link.WebSeeds) Add(text, "ws", Uri.EscapeDataString(url));
        foreach (string url in link.ExactSources) Add(text, "xs", Uri.EscapeDataString(url));
        foreach ((string host, int port) in link.Peers)
        {
            string shown = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
            Add(text, "x.pe", string.Create(CultureInfo.InvariantCulture, $"{shown}:{port}"));
        }
        if (!link.SelectedFiles.IsEmpty) Add(text, "so", string.Join(',', link.SelectedFiles.Select(Show)));
        if (!string.IsNullOrEmpty(link.Swarm)) Add(text, "x.swarm", Uri.EscapeDataString(link.Swarm));
        return text.ToString();
    }

    private static string Show(FileRange range) => range.First == range.Last
        ? range.First.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{range.First}-{range.Last}");

    private static void Add(StringBuilder text, string key, string value)
    {
        if (text[^1] != '?') text.Append('&');
        text.Append(key).Append('=').Append(value);
    }
}
