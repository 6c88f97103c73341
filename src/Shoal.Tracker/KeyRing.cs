using System.Collections.Frozen;
using System.Text;
using Shoal.Tracker.Access;

namespace Shoal.Tracker;

/// <summary>
/// The keys of a private tracker. They rest as hashes in a file of the data folder, which a running tracker reads again
/// when it changes, so that keys made and revoked by the command line count at once. Any thread may use it.
/// </summary>
public sealed class KeyRing : IKeyStore
{
    /// <summary>The name of the file in the data folder.</summary>
    public const string FileName = "keys.txt";

    /// <summary>Characters of a key; hexadecimal digits of 128 random bits.</summary>
    public const int KeyChars = 32;

    /// <summary>Characters of a label at the most.</summary>
    public const int MaxLabelChars = 100;

    /// <summary>Keys in a file at the most; a line has some 200 characters.</summary>
    private const int MaxKeys = 1_000_000;

    private readonly string _path;
    private readonly Lock _gate = new();
    private FrozenDictionary<Sha256Key, TrackerKey> _keys = FrozenDictionary<Sha256Key, TrackerKey>.Empty;
    private (DateTime Written, long Length) _version;

    private KeyRing(string folder) => _path = Path.Combine(folder, FileName);

    /// <summary>The keys that there are, those past their time too, oldest first.</summary>
    public IReadOnlyList<TrackerKey> Keys => [.. _keys.Values.OrderBy(k => k.Created).ThenBy(k => k.Id)];

    /// <summary>Opens the keys of a data folder, which may have none yet.</summary>
    /// <exception cref="IOException">The file cannot be read, or is not a file of keys.</exception>
    public static KeyRing Open(string folder)
    {
        var ring = new KeyRing(folder);
        ring.Reload();
        return ring;
    }

    /// <summary>Makes a key.</summary>
    /// <param name="label">Who or what it is for, on one line; cut at <see cref="MaxLabelChars"/>.</param>
    /// <param name="now">The time.</param>
    /// <param name="expires">When it ends; null for never.</param>
    /// <param name="key">The key for the announce URL. It cannot be had again.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public TrackerKey Create(string label, DateTimeOffset now, DateTimeOffset? expires, out string key)
    {
        (TrackerKey made, Sha256Key hash, key) = KeyFile.Make(label, now, expires);
        lock (_gate)
        {
            Reload();
            if (_keys.Count >= MaxKeys) throw new IOException($"{_path} has {MaxKeys} keys already; revoke some.");
            Save(_keys.Append(new KeyValuePair<Sha256Key, TrackerKey>(hash, made)));
        }
        return made;
    }

    /// <summary>Makes a key worthless.</summary>
    /// <param name="idOrKey">The id that <see cref="Keys"/> tells, or the key itself.</param>
    /// <returns>False when there is no such key.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public bool Revoke(string idOrKey)
    {
        lock (_gate)
        {
            Reload();
            var hash = Sha256Key.Of(Encoding.UTF8.GetBytes(idOrKey));
            KeyValuePair<Sha256Key, TrackerKey>[] rest =
                [.. _keys.Where(k => k.Value.Id != idOrKey && !k.Key.Equals(hash))];
            if (rest.Length == _keys.Count) return false;
            Save(rest);
            return true;
        }
    }

    /// <summary>
    /// Reads the file again if it has changed since; a file that cannot be read now leaves all as it was.
    /// </summary>
    /// <returns>Null, or one sentence about a file that could not be read.</returns>
    public string? Refresh()
    {
        try
        {
            lock (_gate) Reload();
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <inheritdoc/>
    ValueTask<(TrackerKey Made, string Key)> IKeyStore.CreateAsync(
        string label, DateTimeOffset now, DateTimeOffset? expires) =>
        new((Create(label, now, expires, out string key), key));

    /// <inheritdoc/>
    ValueTask<bool> IKeyStore.RevokeAsync(string idOrKey) => new(Revoke(idOrKey));

    /// <inheritdoc/>
    KeyStatus IKeyStore.Check(ReadOnlySpan<byte> key, DateTimeOffset now) => KeyFile.Check(_keys, key, now);

    private void Reload()
    {
        var file = new FileInfo(_path);
        (DateTime, long) version = file.Exists ? (file.LastWriteTimeUtc, file.Length) : default;
        if (version == _version) return;
        _keys = file.Exists ? KeyFile.Read(_path) : FrozenDictionary<Sha256Key, TrackerKey>.Empty;
        _version = version;
    }

    private void Save(IEnumerable<KeyValuePair<Sha256Key, TrackerKey>> keys)
    {
        KeyFile.Write(_path, keys);
        Reload();
    }
}
