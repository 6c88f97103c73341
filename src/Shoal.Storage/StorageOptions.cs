namespace Shoal.Storage;

/// <summary>How the files of one torrent are kept.</summary>
public sealed record StorageOptions
{
    /// <summary>Sparse files of all members of the torrent, for reading and writing.</summary>
    public static StorageOptions Default { get; } = new();

    /// <summary>
    /// True to take the whole space on the disk at once, so that a full disk shows at the start. The default, false,
    /// lets files grow as their pieces come.
    /// </summary>
    public bool Preallocate { get; init; }

    /// <summary>
    /// Numbers of the files that are wanted; null, the default, for all. Bytes of the others that lie in a piece with
    /// a wanted file go to a hidden file beside the content. A file that exists already is used, wanted or not.
    /// </summary>
    public IReadOnlySet<int>? SelectedFiles { get; init; }

    /// <summary>True to create and change nothing on the disk. The default is false.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>
    /// Absolute path of each file by its number, for content that lies under names of its own; those of padding are
    /// ignored. Null, the default, for safe names in the download folder.
    /// </summary>
    public IReadOnlyList<string>? ExistingPaths { get; init; }
}
