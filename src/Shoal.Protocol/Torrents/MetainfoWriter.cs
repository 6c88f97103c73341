using System.Collections.Immutable;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Torrents;

/// <summary>
/// Writes .torrent files (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>,
/// <see href="https://www.bittorrent.org/beps/bep_0012.html">BEP 12</see>,
/// <see href="https://www.bittorrent.org/beps/bep_0019.html">BEP 19</see>). The info dictionary goes in as its raw
/// bytes, so its hashes stay.
/// </summary>
public static class MetainfoWriter
{
    /// <summary>The whole file. Keys without a value are left out.</summary>
    public static byte[] Write(Metainfo metainfo)
    {
        var writer = new BencodeWriter();
        writer.BeginDictionary();
        WriteTrackers(writer, metainfo.Trackers);
        if (metainfo.Comment is { } comment) writer.Pair("comment"u8, comment);
        if (metainfo.CreatedBy is { } program) writer.Pair("created by"u8, program);
        if (metainfo.CreationDate is { } date) writer.Pair("creation date"u8, date.ToUnixTimeSeconds());
        writer.Key("info"u8);
        writer.Raw(metainfo.Info.Raw.Span);
        WriteNodes(writer, metainfo.Nodes);
        // A v2 torrent has the key even when no file needs a layer (BEP 52).
        if (metainfo.Info.Version.HasFlag(TorrentVersion.V2)) WritePieceLayers(writer, metainfo.PieceLayers);
        WriteWebSeeds(writer, metainfo.WebSeeds);
        writer.End();
        return writer.ToArray();
    }

    private static void WriteTrackers(BencodeWriter writer, ImmutableArray<ImmutableArray<string>> tiers)
    {
        tiers = tiers.RemoveAll(tier => tier.IsEmpty);
        if (tiers.IsEmpty) return;
        writer.Pair("announce"u8, tiers[0][0]);
        if (tiers is [[_]]) return;
        writer.Key("announce-list"u8);
        writer.BeginList();
        foreach (ImmutableArray<string> tier in tiers)
        {
            writer.BeginList();
            foreach (string url in tier) writer.String(url);
            writer.End();
        }
        writer.End();
    }

    private static void WriteNodes(BencodeWriter writer, ImmutableArray<(string Host, int Port)> nodes)
    {
        if (nodes.IsEmpty) return;
        writer.Key("nodes"u8);
        writer.BeginList();
        foreach ((string host, int port) in nodes)
        {
            writer.BeginList();
            writer.String(host);
            writer.Integer(port);
            writer.End();
        }
        writer.End();
    }

    private static void WritePieceLayers(
        BencodeWriter writer, IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> layers)
    {
        var roots = new List<byte[]>(layers.Count);
        foreach (Sha256Hash root in layers.Keys) roots.Add(root.ToArray());
        roots.Sort((a, b) => a.AsSpan().SequenceCompareTo(b));
        writer.Key("piece layers"u8);
        writer.BeginDictionary();
        foreach (byte[] root in roots) writer.Pair(root, layers[new Sha256Hash(root)].Span);
        writer.End();
    }

    private static void WriteWebSeeds(BencodeWriter writer, ImmutableArray<string> urls)
    {
        if (urls.IsEmpty) return;
        writer.Key("url-list"u8);
        if (urls is [var only])
        {
            writer.String(only);
            return;
        }
        writer.BeginList();
        foreach (string url in urls) writer.String(url);
        writer.End();
    }
}
