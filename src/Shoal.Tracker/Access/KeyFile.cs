using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Shoal.Tracker.Access;

/// <summary>
/// The file of keys: a line for each, with blanks between its fields. It holds hashes only, so that who reads it can
/// open nothing.
/// <code>
/// SHA-256 in hexadecimal   created   expires or "never"   label to the end of the line
/// </code>
/// </summary>
internal static class KeyFile
{
    /// <summary>Characters of an id: the first digits of the hash.</summary>
    public const int IdChars = 8;

    private const string Header = "# Keys of a private Shoal tracker: hash, created, expires, label.";
    private const string Never = "never";
    private const int HashChars = 64;

    /// <summary>Fields before the label.</summary>
    private const int Fields = 4;

    /// <summary>A label on one line, without control characters, and not too long.</summary>
    public static string CleanLabel(string label)
    {
        string clean = new([.. label.Where(c => !char.IsControl(c) && !char.IsSurrogate(c))]);
        return (clean.Length > KeyRing.MaxLabelChars ? clean[..KeyRing.MaxLabelChars] : clean).Trim();
    }

    /// <summary>Reads all keys.</summary>
    /// <exception cref="IOException">A line is not what it should be.</exception>
    public static FrozenDictionary<Sha256Key, TrackerKey> Read(string path)
    {
        var keys = new Dictionary<Sha256Key, TrackerKey>();
        int number = 0;
        foreach (string line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            if (!TryParse(line, out Sha256Key hash, out TrackerKey? key))
                throw new IOException($"{path} is damaged in line {number}; remove that line, or the file.");
            keys[hash] = key;
        }
        return keys.ToFrozenDictionary();
    }

    /// <summary>Replaces the file as a whole.</summary>
    public static void Write(string path, IEnumerable<KeyValuePair<Sha256Key, TrackerKey>> keys)
    {
        var text = new StringBuilder(Header).Append('\n');
        foreach ((Sha256Key hash, TrackerKey key) in keys.OrderBy(k => k.Value.Created))
        {
            text.Append(CultureInfo.InvariantCulture, $"{hash} {LineOf(key)}\n");
        }
        OwnerFile.Replace(path, Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Draws a key.</summary>
    public static (TrackerKey Made, Sha256Key Hash, string Key) Make(
        string label, DateTimeOffset now, DateTimeOffset? expires)
    {
        string key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(KeyRing.KeyChars / 2));
        var hash = Sha256Key.Of(Encoding.ASCII.GetBytes(key));
        return (new TrackerKey(hash.ToString()[..IdChars], CleanLabel(label), now, expires), hash, key);
    }

    /// <summary>Judges what came in a URL.</summary>
    public static KeyStatus Check(
        FrozenDictionary<Sha256Key, TrackerKey> keys, ReadOnlySpan<byte> key, DateTimeOffset now)
    {
        if (key.Length != KeyRing.KeyChars || !keys.TryGetValue(Sha256Key.Of(key), out TrackerKey? known))
            return KeyStatus.Unknown;
        return known.Expires <= now ? KeyStatus.Expired : KeyStatus.Valid;
    }

    /// <summary>What stands behind the hash of a key.</summary>
    public static string LineOf(TrackerKey key) => string.Create(CultureInfo.InvariantCulture,
        $"{key.Created.UtcDateTime:O} {key.Expires?.UtcDateTime.ToString("O") ?? Never} {key.Label}");

    /// <summary>Reads a line.</summary>
    public static bool TryParse(string line, out Sha256Key hash, [NotNullWhen(true)] out TrackerKey? key)
    {
        (hash, key) = (default, null);
        string[] fields = line.Split(' ', Fields);
        if (fields.Length < Fields - 1 || fields[0].Length != HashChars
            || !TryHash(fields[0], out hash)
            || !TryTime(fields[1], out DateTimeOffset created)
            || !TryExpiry(fields[2], out DateTimeOffset? expires))
            return false;
        key = new TrackerKey(
            fields[0][..IdChars], fields.Length == Fields ? CleanLabel(fields[3]) : "", created, expires);
        return true;
    }

    private static bool TryHash(string hex, out Sha256Key hash)
    {
        Span<byte> bytes = stackalloc byte[HashChars / 2];
        bool isHex = Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
        hash = Sha256Key.Read(bytes);
        return isHex;
    }

    private static bool TryTime(string text, out DateTimeOffset time) => DateTimeOffset.TryParse(
        text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);

    private static bool TryExpiry(string text, out DateTimeOffset? expires)
    {
        expires = null;
        if (text == Never) return true;
        bool isTime = TryTime(text, out DateTimeOffset time);
        expires = time;
        return isTime;
    }
}
