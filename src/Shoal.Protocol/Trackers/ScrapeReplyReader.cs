using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Trackers;

/// <summary>
/// Reads the body of an HTTP scrape reply (<see href="https://www.bittorrent.org/beps/bep_0048.html">BEP 48</see>).
/// </summary>
public static class ScrapeReplyReader
{
    /// <summary>
    /// Reads what the tracker tells about the hashes that were asked for; whatever else it tells is left.
    /// </summary>
    /// <param name="body">The body; it is not kept.</param>
    /// <param name="asked">The hashes that were asked for.</param>
    /// <param name="entries">
    /// An entry for each hash that the tracker knows, in the order asked; null on failure.
    /// </param>
    /// <param name="error">Null on success, else one sentence that says what is wrong or what the tracker said.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> body,
        ReadOnlySpan<InfoHash> asked,
        [NotNullWhen(true)] out IReadOnlyList<ScrapeEntry>? entries,
        [NotNullWhen(false)] out string? error)
    {
        entries = null;
        if (!AnnounceReplyReader.TryReadDictionary(body, out BencodeNode root, out error)) return false;
        if (AnnounceReplyReader.FailureIn(root) is { } failure)
        {
            error = $"The tracker refused: {failure}";
            return false;
        }
        if (!root.TryGet("files"u8, BencodeKind.Dictionary, out BencodeNode files))
        {
            error = "The tracker's scrape reply has no files.";
            return false;
        }
        var found = new List<ScrapeEntry>(asked.Length);
        Span<byte> key = stackalloc byte[InfoHash.Length];
        foreach (InfoHash hash in asked)
        {
            hash.CopyTo(key);
            if (!files.TryGet(key, BencodeKind.Dictionary, out BencodeNode file)) continue;
            found.Add(new ScrapeEntry(hash,
                AnnounceReplyReader.Count(file, "complete"u8) ?? 0,
                AnnounceReplyReader.Count(file, "downloaded"u8) ?? 0,
                AnnounceReplyReader.Count(file, "incomplete"u8) ?? 0));
        }
        entries = found;
        return true;
    }
}
