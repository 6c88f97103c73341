using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Shoal.Protocol;

namespace Shoal.Tracker.Catalogue;

/// <summary>
/// Judges texts that strangers put into a catalogue. Each answer is null, or a sentence that says why not.
/// </summary>
internal static class CatalogueText
{
    private const int HexSha1Chars = 40;
    private const int HexSha256Chars = 64;

    /// <summary>
    /// A name of a file or folder: no path, nothing that cannot be seen or that turns the text around.
    /// </summary>
    public static string? FaultOfName([NotNullWhen(false)] string? name)
    {
        if (string.IsNullOrWhiteSpace(name)) return "file_name is missing.";
        if (Encoding.UTF8.GetByteCount(name) > CatalogueLimits.MaxNameBytes)
            return $"file_name has more than {CatalogueLimits.MaxNameBytes} bytes.";
        if (name is "." or "..") return "file_name is not the name of a file.";
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (rune.Value is '/' or '\\') return "file_name must be a name without a path.";
            if (IsUnseen(rune)) return "file_name has characters that cannot be shown.";
        }
        return null;
    }

    /// <summary>What content is known by.</summary>
    public static string? FaultOfHash([NotNullWhen(false)] string? hash)
    {
        if (string.IsNullOrEmpty(hash)) return "file_hash is missing.";
        if (hash.Length > CatalogueLimits.MaxHashChars)
            return $"file_hash has more than {CatalogueLimits.MaxHashChars} characters.";
        bool isPlain = hash.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '+' or '=');
        return isPlain && hash is not ("." or "..") ? null : "file_hash has characters that no hash has.";
    }

    /// <summary>Hashes in hexadecimal are told apart by their digits alone, others as they are.</summary>
    public static string Canonical(string hash) =>
        hash.Length is HexSha1Chars or HexSha256Chars && hash.All(char.IsAsciiHexDigit)
            ? hash.ToLowerInvariant() : hash;

    /// <summary>An info-hash of a given number of bytes in hexadecimal, or nothing.</summary>
    public static string? FaultOfInfoHash(string? hash, int bytes, string field) =>
        hash is null || (hash.Length == 2 * bytes && hash.All(char.IsAsciiHexDigit))
            ? null : $"{field} is not {2 * bytes} hexadecimal digits.";

    /// <summary>Words to find a file by.</summary>
    public static string? FaultOfTags(IReadOnlyList<string>? tags)
    {
        if (tags is null) return null;
        if (tags.Count > CatalogueLimits.MaxTags) return $"There are more than {CatalogueLimits.MaxTags} tags.";
        foreach (string? tag in tags)
        {
            bool isGood = !string.IsNullOrWhiteSpace(tag) && tag.Length <= CatalogueLimits.MaxTagChars
                && tag.EnumerateRunes().All(r => Rune.IsLetterOrDigit(r) || r.Value is ' ' or '-' or '_' or '.' or '+');
            if (!isGood)
                return $"A tag is letters, digits and blanks, at most {CatalogueLimits.MaxTagChars} characters.";
        }
        return null;
    }

    /// <summary>Tags in one writing, each once, in order.</summary>
    public static IReadOnlyList<string> Canonical(IReadOnlyList<string>? tags) =>
        tags is null ? [] : [.. tags.Select(t => t.Trim().ToLowerInvariant()).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The info-hash that a swarm has: the v1 one, and the v2 one cut to twenty bytes.</summary>
    public static IEnumerable<InfoHash> SwarmsOf(string? infoHash, string? infoHashV2)
    {
        if (infoHash is not null && InfoHash.TryParseHex(infoHash, out InfoHash v1)) yield return v1;
        if (infoHashV2 is not null && InfoHash.TryParseHex(infoHashV2.AsSpan(0, HexSha1Chars), out InfoHash v2))
            yield return v2;
    }

    private static bool IsUnseen(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // Zero-width joiners (U+200C, U+200D) are part of words in several scripts and of emoji.
        UnicodeCategory.Format => rune.Value is not (0x200C or 0x200D),
        UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse => true,
        // EnumerateRunes puts it where the text has half a character.
        _ => rune == Rune.ReplacementChar,
    };
}
