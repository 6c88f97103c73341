namespace Shoal.Protocol.Catalogues;

/// <summary>A key of a private tracker, as far as the tracker knows it.</summary>
public sealed record KeyEntry
{
    /// <summary>By which it is listed and revoked; it opens nothing.</summary>
    public required string Id { get; init; }

    /// <summary>What its maker wrote down about it; may be empty.</summary>
    public required string Label { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>When it ends; null for never.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The key itself, which is told once, to who makes it; null elsewhere.</summary>
    public string? Key { get; init; }
}

/// <summary>The keys of a private tracker.</summary>
public sealed record KeyList
{
    /// <summary>They, the oldest first.</summary>
    public required IReadOnlyList<KeyEntry> Keys { get; init; }

    /// <summary>How many are in this answer.</summary>
    public required int Count { get; init; }

    /// <summary>How many there are.</summary>
    public required int Total { get; init; }
}

/// <summary>What is said of a key that is to be made.</summary>
public sealed record KeyRequest
{
    /// <summary>A remark, such as for whom it is.</summary>
    public string? Label { get; init; }

    /// <summary>Seconds until it ends; 0, the default, for never.</summary>
    public long ExpiresSeconds { get; init; }
}
