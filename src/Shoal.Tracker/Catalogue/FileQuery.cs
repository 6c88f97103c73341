namespace Shoal.Tracker.Catalogue;

/// <summary>Which files to list, and in what order.</summary>
internal sealed record FileQuery
{
    /// <summary>Words, each of which begins a word of the name or of a tag; none lists all.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>A tag that the files have, or null.</summary>
    public string? Tag { get; init; }

    /// <summary>What decides the order.</summary>
    public FileOrder Order { get; init; } = FileOrder.Added;

    /// <summary>True for the largest, latest or last of the alphabet first.</summary>
    public bool Descending { get; init; } = true;

    /// <summary>Files to leave out at the start.</summary>
    public int Offset { get; init; }

    /// <summary>Files at the most.</summary>
    public int Limit { get; init; } = CatalogueLimits.DefaultPage;
}

/// <summary>What files are ordered by.</summary>
internal enum FileOrder
{
    /// <summary>When they were first registered.</summary>
    Added = 0,

    /// <summary>The name, without regard to letter case.</summary>
    Name,

    /// <summary>Bytes of content.</summary>
    Size,

    /// <summary>Registered endpoints.</summary>
    Peers,

    /// <summary>Complete peers of the swarm.</summary>
    Seeders,

    /// <summary>Incomplete peers of the swarm.</summary>
    Leechers,

    /// <summary>Downloads that became complete.</summary>
    Completed,
}

/// <summary>What is to be known of orders.</summary>
internal static class FileOrders
{
    /// <summary>True for one that the swarms decide, and not what is stored.</summary>
    public static bool IsOfSwarms(this FileOrder order) =>
        order is FileOrder.Seeders or FileOrder.Leechers or FileOrder.Completed;
}
