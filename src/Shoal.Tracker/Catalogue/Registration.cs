using Shoal.Protocol.Catalogues;

namespace Shoal.Tracker.Catalogue;

/// <summary>One file that one endpoint shares, found valid.</summary>
internal sealed record Registration
{
    /// <summary>The file; its figures do not matter.</summary>
    public required CatalogueFile File { get; init; }

    /// <summary>True when the chunk size was not said: then that of the file counts, whatever it is.</summary>
    public bool TakesAnyChunkSize { get; init; }

    /// <summary>Who has it; null when only the file is made known.</summary>
    public CatalogueEndPoint? EndPoint { get; init; }

    /// <summary>When the endpoint is to be forgotten.</summary>
    public DateTimeOffset Expires { get; init; }

    /// <summary>The .torrent, or null.</summary>
    public byte[]? Torrent { get; init; }

    /// <summary>True when the file stays without any source, until it is deleted.</summary>
    public bool IsPinned { get; init; }
}
