namespace Shoal.Protocol.Catalogues;

/// <summary>A file and who has it.</summary>
public sealed record LookupReply : FileEntry
{
    /// <summary>The endpoints that have it, wholly or in part; at most 200, by chance where there are more.</summary>
    public required IReadOnlyList<FilePeer> Peers { get; init; }

    /// <summary>Other content under the same name; null when there is none.</summary>
    public IReadOnlyList<FileEntry>? Others { get; init; }
}
