namespace Shoal.Protocol.Catalogues;

/// <summary>A page of the list of files.</summary>
public sealed record FileList
{
    /// <summary>The files of this page.</summary>
    public required IReadOnlyList<FileEntry> Files { get; init; }

    /// <summary>Files on this page.</summary>
    public required int Count { get; init; }

    /// <summary>Files on all pages.</summary>
    public required int Total { get; init; }

    /// <summary>Files on the pages before this one.</summary>
    public required int Offset { get; init; }
}
