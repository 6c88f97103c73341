using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// Reads .torrent files (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>). What describes the
/// content must be right or nothing is returned; what only helps to find peers is dropped where it is malformed.
/// </summary>
public static class MetainfoReader
{
    /// <summary>The info dictionary may be as deep as it may be alone; the file around it is one level more.</summary>
    private static readonly BencodeLimits Limits =
        BencodeLimits.Torrent with { MaxDepth = BencodeLimits.Torrent.MaxDepth + 1, AllowTrailingBytes = true };

    /// <summary>Reads a whole .torrent file. What is kept is copied.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="metainfo">What it says, or null when false is returned.</param>
    /// <param name="error">One sentence that names the key at fault, or null on success.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> file,
        [NotNullWhen(true)] out Metainfo? metainfo,
        [NotNullWhen(false)] out string? error)
    {
        metainfo = null;
        error = $"The torrent has {file.Length} bytes, more than {TorrentLimits.MaxMetainfoBytes}.";
        if (file.Length > TorrentLimits.MaxMetainfoBytes) return false;
        bool parsed = BencodeDocument.TryParse(
            file, Limits, out BencodeDocument? document, out BencodeError bencodeError);
        error = $"The content is not bencoded: {bencodeError}.";
        if (!parsed) return false;
        BencodeNode root = document!.Root;
        error = "The torrent is not a dictionary.";
        if (root.Kind != BencodeKind.Dictionary) return false;
        error = "The torrent has no 'info' that is a dictionary.";
        if (!root.TryGet("info"u8, BencodeKind.Dictionary, out BencodeNode infoNode)) return false;
        if (!TorrentInfoReader.TryRead(infoNode.RawMemory, out TorrentInfo? info, out error)) return false;
        if (!PieceLayersReader.TryRead(root, info, out var layers, out error)) return false;
        metainfo = new Metainfo
        {
            Info = info,
            Trackers = ReadTrackers(root),
            WebSeeds = ReadWebSeeds(root),
            Nodes = ReadNodes(root),
            PieceLayers = layers,
            Comment = TorrentText.Optional(root, "comment.utf-8"u8, "comment"u8),
            CreatedBy = TorrentText.Optional(root, "created by.utf-8"u8, "created by"u8),
            CreationDate = ReadDate(root),
        };
        return true;
    }

    /// <summary>
    /// The tiers of <c>announce-list</c> (BEP 12), each URL once. <c>announce</c> is normally its first entry; where
    /// the list lacks it, it becomes a tier before the others.
    /// </summary>
    private static ImmutableArray<ImmutableArray<string>> ReadTrackers(BencodeNode root)
    {
        var tiers = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (root.TryGet("announce-list"u8, out BencodeNode list))
        {
            foreach (BencodeNode tier in list.Items)
            {
                var urls = ImmutableArray.CreateBuilder<string>();
                // Some makers write the URLs without the lists around them; each is then a tier.
                if (tier.Kind == BencodeKind.String) AddTracker(urls, seen, tier);
                foreach (BencodeNode item in tier.Items) AddTracker(urls, seen, item);
                if (urls.Count > 0) tiers.Add(urls.ToImmutable());
            }
        }
        var announce = ImmutableArray.CreateBuilder<string>();
        if (root.TryGet("announce"u8, out BencodeNode first)) AddTracker(announce, seen, first);
        if (announce.Count > 0) tiers.Insert(0, announce.ToImmutable());
        return tiers.ToImmutable();
    }

    private static void AddTracker(ImmutableArray<string>.Builder urls, HashSet<string> seen, BencodeNode node)
    {
        if (node.Bytes.Length > TorrentLimits.MaxUrlLength) return;
        if (SourceUrls.TryTracker(TorrentText.Decode(node.Bytes), out string url))
            SourceUrls.AddOnce(urls, seen, url, TorrentLimits.MaxTrackers);
    }

    /// <summary>The <c>url-list</c> of BEP 19: one URL or a list of them.</summary>
    private static ImmutableArray<string> ReadWebSeeds(BencodeNode root)
    {
        var urls = ImmutableArray.CreateBuilder<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (!root.TryGet("url-list"u8, out BencodeNode list)) return [];
        if (list.Kind == BencodeKind.String) AddWebSeed(urls, seen, list);
        foreach (BencodeNode item in list.Items) AddWebSeed(urls, seen, item);
        return urls.ToImmutable();
    }

    private static void AddWebSeed(ImmutableArray<string>.Builder urls, HashSet<string> seen, BencodeNode node)
    {
        if (node.Bytes.Length > TorrentLimits.MaxUrlLength) return;
        if (SourceUrls.TryWebSeed(TorrentText.Decode(node.Bytes), out string url))
            SourceUrls.AddOnce(urls, seen, url, TorrentLimits.MaxWebSeeds);
    }

    /// <summary>The <c>nodes</c> of BEP 5: a list of lists of host and port.</summary>
    private static ImmutableArray<(string Host, int Port)> ReadNodes(BencodeNode root)
    {
        var nodes = ImmutableArray.CreateBuilder<(string, int)>();
        if (!root.TryGet("nodes"u8, out BencodeNode list)) return [];
        foreach (BencodeNode pair in list.Items)
        {
            BencodeItems items = pair.Items;
            if (nodes.Count == TorrentLimits.MaxNodes) break;
            if (!items.MoveNext() || items.Current.Bytes.Length > TorrentLimits.MaxHostLength) continue;
            string host = TorrentText.Decode(items.Current.Bytes);
            if (items.MoveNext() && items.Current.TryGetInteger(out long port) && SourceUrls.IsEndPoint(host, port))
                nodes.Add((host, (int)port));
        }
        return nodes.ToImmutable();
    }

    private static DateTimeOffset? ReadDate(BencodeNode root)
    {
        bool valid = root.TryGetInteger("creation date"u8, out long seconds)
            && seconds >= 0 && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds();
        return valid ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;
    }
}
