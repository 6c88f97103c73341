namespace Shoal.Storage.Files;

/// <summary>
/// One path whose handle comes and goes with use. The pool's lock owns <see cref="Current"/>; <see cref="Opening"/>
/// is held while the path is opened, so that two callers do not open it twice.
/// </summary>
internal sealed class PooledFile(string path)
{
    public string Path { get; } = path;

    public Lock Opening { get; } = new();

    public OpenFile? Current { get; set; }

    /// <summary>True when its owner is done with it: who comes late gets a handle that nobody keeps.</summary>
    public bool IsOver { get; set; }
}

/// <summary>
/// An open handle in the pool. It is closed when nobody uses it and it is either the least recently used of too many
/// or replaced. The pool's lock owns all but the handle itself.
/// </summary>
internal sealed class OpenFile(PooledFile owner, IFileHandle handle, bool isWritable)
{
    public PooledFile Owner { get; } = owner;

    public IFileHandle Handle { get; } = handle;

    public bool IsWritable { get; } = isWritable;

    public int Leases { get; set; }

    /// <summary>True when the owner no longer names it; the last lease closes it.</summary>
    public bool IsRetired { get; set; }

    public OpenFile? Newer { get; set; }

    public OpenFile? Older { get; set; }
}
