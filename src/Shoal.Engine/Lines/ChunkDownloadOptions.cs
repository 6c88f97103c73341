using System.Net;

namespace Shoal.Engine.Lines;

/// <summary>A file that is to be fetched in chunks from endpoints that a catalogue names.</summary>
public sealed record ChunkDownloadOptions
{
    /// <summary>SHA-1 or SHA-256 of the whole file, 40 or 64 hexadecimal digits.</summary>
    public required string FileHash { get; init; }

    /// <summary>Bytes of the file.</summary>
    public required long FileSize { get; init; }

    /// <summary>Bytes in a chunk.</summary>
    public required int ChunkSize { get; init; }

    /// <summary>Where the file is put; what lies there is replaced once the new one is whole and right.</summary>
    public required string Path { get; init; }

    /// <summary>Who has it.</summary>
    public required IReadOnlyList<ChunkPeer> Peers { get; init; }

    /// <summary>Chunks fetched at the same time; the first programs of this protocol take ten.</summary>
    public int Workers { get; init; } = 10;

    /// <summary>Download limit in bytes of content a second; 0 for none.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Address to dial from; null leaves it to the system.</summary>
    public IPAddress? BindAddress { get; init; }
}
