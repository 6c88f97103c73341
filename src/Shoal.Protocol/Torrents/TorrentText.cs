using System.Text;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Torrents;

/// <summary>Text in torrents: bytes in UTF-8, or under a second key with that suffix in older ones.</summary>
internal static class TorrentText
{
    /// <summary>The text of bytes; what is not UTF-8 becomes U+FFFD.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);

    /// <summary>Reads the value under the first key if it has the kind, else that under the plain key.</summary>
    public static bool TryGet(
        BencodeNode dictionary,
        ReadOnlySpan<byte> utf8Key,
        ReadOnlySpan<byte> key,
        BencodeKind kind,
        out BencodeNode node) =>
        dictionary.TryGet(utf8Key, kind, out node) || dictionary.TryGet(key, kind, out node);

    /// <summary>Reads optional text, cut at the limit; null when there is none.</summary>
    public static string? Optional(BencodeNode dictionary, ReadOnlySpan<byte> utf8Key, ReadOnlySpan<byte> key)
    {
        if (!TryGet(dictionary, utf8Key, key, BencodeKind.String, out BencodeNode node)) return null;
        ReadOnlySpan<byte> bytes = node.Bytes;
        // A character takes at most four bytes, so nothing within the limit is lost before the text is cut itself.
        string text = Decode(bytes[..Math.Min(bytes.Length, 4 * TorrentLimits.MaxTextLength)]);
        return text.Length <= TorrentLimits.MaxTextLength ? text : text[..TorrentLimits.MaxTextLength];
    }
}
