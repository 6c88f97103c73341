using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Torrents;

/// <summary>Paths as lists of elements, the way torrents carry them.</summary>
internal static class TorrentPath
{
    /// <summary>Reads a list of strings; an empty list is a path of no elements.</summary>
    public static bool TryRead(
        BencodeNode list, string key, out ImmutableArray<string> path, [NotNullWhen(false)] out string? error)
    {
        path = [];
        error = $"A file of the torrent has a '{key}' that is not a list of strings.";
        if (list.Kind != BencodeKind.List) return false;
        int depth = 0;
        foreach (BencodeNode element in list.Items)
        {
            if (element.Kind != BencodeKind.String) return false;
            if (++depth <= TorrentLimits.MaxPathDepth) continue;
            error = $"A file of the torrent has a '{key}' of more than {TorrentLimits.MaxPathDepth} elements.";
            return false;
        }
        var elements = ImmutableArray.CreateBuilder<string>(depth);
        foreach (BencodeNode element in list.Items) elements.Add(TorrentText.Decode(element.Bytes));
        path = elements.MoveToImmutable();
        error = null;
        return true;
    }
}
