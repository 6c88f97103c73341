using System.Globalization;
using System.Text;

namespace Shoal.Storage.Layout;

/// <summary>
/// Turns a name that a stranger chose into one that every file system takes and that shows as what it is. The same
/// name gives the same result on every system, so a folder can move between them.
/// </summary>
public static class SafeName
{
    /// <summary>
    /// Bytes of UTF-8 that file systems allow in a name (NAME_MAX of Linux, 255 units of NTFS and APFS).
    /// </summary>
    public const int MaxBytes = 255;

    /// <summary>
    /// Bytes to which a long name is cut: room for a number against duplicates, and libtorrent's limit too.
    /// </summary>
    public const int TargetBytes = 240;

    /// <summary>An extension longer than this many bytes is not one worth keeping when a name is cut.</summary>
    private const int MaxExtensionBytes = 40;

    /// <summary>
    /// The safe form of one path element, or an empty string when nothing of it remains (empty, <c>.</c>, <c>..</c>,
    /// only invisible characters). Never contains a separator, a control character or a name that Windows reserves.
    /// </summary>
    public static string Of(string element)
    {
        if (element is "." or "..") return "";
        string name = TrimEnd(Replace(element));
        if (name.Trim('.').Length == 0) return "";
        if (IsReserved(name)) name = "_" + name;
        return Encoding.UTF8.GetByteCount(name) > TargetBytes ? Cut(name) : name;
    }

    /// <summary>The name with a number before its extension: <c>a.tar</c> and 2 give <c>a.2.tar</c>.</summary>
    internal static string Numbered(string name, int number)
    {
        int dot = ExtensionStart(name);
        return string.Create(CultureInfo.InvariantCulture, $"{name[..dot]}.{number}{name[dot..]}");
    }

    /// <summary>
    /// The longest start of a name that has at most so many bytes of UTF-8 and ends between characters.
    /// </summary>
    internal static string Start(string name, int maxBytes)
    {
        int bytes = 0;
        int chars = 0;
        foreach (Rune rune in name.EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > maxBytes) break;
            bytes += rune.Utf8SequenceLength;
            chars += rune.Utf16SequenceLength;
        }
        return TrimEnd(name[..chars]);
    }

    private static string Replace(string element)
    {
        var name = new StringBuilder(element.Length);
        foreach (Rune rune in element.EnumerateRunes())
        {
            if (IsInvisible(rune.Value)) continue;
            if (IsForbidden(rune)) name.Append('_');
            else name.Append(rune.ToString());
        }
        return name.ToString();
    }

    /// <summary>Characters that show as nothing or turn the reading direction: they only serve to deceive.</summary>
    private static bool IsInvisible(int value) => value
        is 0 or 0xad or 0x61c or 0x180e or 0xfeff
        or (>= 0x200b and <= 0x200f) or (>= 0x202a and <= 0x202e) or (>= 0x2060 and <= 0x206f)
        or (>= 0xfff9 and <= 0xfffb) or (>= 0xe0000 and <= 0xe007f);

    /// <summary>
    /// Separators, what Windows forbids, control characters of both sets, and what was no valid text.
    /// </summary>
    private static bool IsForbidden(Rune rune) =>
        rune.Value is '/' or '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|' or 0xfffd or 0x2028 or 0x2029
        || Rune.IsControl(rune);

    private static string TrimEnd(string name) => name.TrimEnd('.', ' ');

    private static string Cut(string name)
    {
        string extension = name[ExtensionStart(name)..];
        int extensionBytes = Encoding.UTF8.GetByteCount(extension);
        if (extensionBytes > MaxExtensionBytes) return Start(name, TargetBytes);
        return Start(name[..^extension.Length], TargetBytes - extensionBytes) + extension;
    }

    /// <summary>Where the extension begins, at its dot; the end of the name where it has none.</summary>
    private static int ExtensionStart(string name)
    {
        int dot = name.LastIndexOf('.');
        return dot > 0 ? dot : name.Length;
    }

    /// <summary>
    /// Names that open a device on Windows, alone or with any extension:
    /// <see href="https://learn.microsoft.com/windows/win32/fileio/naming-a-file"/>.
    /// </summary>
    private static bool IsReserved(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        string stem = (dot < 0 ? name : name[..dot]).TrimEnd(' ').ToUpperInvariant();
        if (stem is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$") return true;
        return stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal)
            || stem.StartsWith("LPT", StringComparison.Ordinal))
            && (char.IsAsciiDigit(stem[3]) || stem[3] is '¹' or '²' or '³');
    }
}
