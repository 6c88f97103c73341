namespace Shoal.Protocol.Catalogues;

/// <summary>What became of a leave.</summary>
public sealed record LeaveReply
{
    /// <summary>True when the endpoint was there and is gone.</summary>
    public required bool Success { get; init; }

    /// <summary>Each file that it was registered for.</summary>
    public required IReadOnlyList<ItemResult> Results { get; init; }
}
