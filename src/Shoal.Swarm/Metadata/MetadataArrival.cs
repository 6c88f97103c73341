namespace Shoal.Swarm.Metadata;

/// <summary>What a received part of the metadata means.</summary>
internal enum MetadataArrival
{
    /// <summary>It was needed.</summary>
    Accepted,

    /// <summary>It was the last one: <see cref="MetadataDownload.TryTakeComplete"/> has something to check.</summary>
    Complete,

    /// <summary>It is there already, or the peer has no part in the download.</summary>
    Ignored,

    /// <summary>It has a length that the part cannot have; this peer is asked for no more.</summary>
    Malformed,
}
