namespace Shoal.Swarm.Metadata;

/// <summary>What <see cref="MetadataDownload"/> knows of one peer.</summary>
/// <param name="length">The size that it claims.</param>
internal sealed class MetadataPeer(int length)
{
    /// <summary>The size in bytes that it claims the metadata to have.</summary>
    public int Length { get; } = length;

    /// <summary>Number of parts that it is asked for.</summary>
    public int AskedCount { get; set; }

    /// <summary>Timeouts since it last sent a part.</summary>
    public int Timeouts { get; set; }

    /// <summary>True when it sent what cannot be right: it is asked no more.</summary>
    public bool IsExcluded { get; set; }

    /// <summary>Not asked before this time.</summary>
    public TimeSpan NotBefore { get; set; }
}
