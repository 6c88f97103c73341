namespace Shoal.Storage;

/// <summary>What kind of trouble the disk gave, as far as a caller acts differently on it.</summary>
public enum StorageFault
{
    /// <summary>Anything that the other values do not name; the sentence says what.</summary>
    Other,

    /// <summary>No space or no quota is left. It can go on when there is some again.</summary>
    DiskFull,

    /// <summary>The file system, the medium or the storage itself accepts no writes.</summary>
    ReadOnly,

    /// <summary>The user may not do this, or a link leads out of the chosen folder.</summary>
    Denied,

    /// <summary>A file or folder is not there, or is shorter than the torrent says.</summary>
    Missing,

    /// <summary>Another process works on the same torrent in the same folder.</summary>
    Locked,

    /// <summary>The file system cannot hold a file of that size.</summary>
    TooLarge,

    /// <summary>The process or the system has as many files open as it may have.</summary>
    TooManyOpen,
}

/// <summary>A failed disk operation, as a value. The data paths return null where nothing failed.</summary>
/// <param name="Kind">The kind of trouble.</param>
/// <param name="Sentence">What happened, to which path, and what can be done, for a person to read.</param>
public sealed record StorageError(StorageFault Kind, string Sentence)
{
    /// <inheritdoc/>
    public override string ToString() => Sentence;
}
