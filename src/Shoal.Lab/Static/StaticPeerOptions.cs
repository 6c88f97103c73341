namespace Shoal.Lab.Static;

/// <summary>How one peer of a static swarm is run.</summary>
public sealed record StaticPeerOptions
{
    /// <summary>Folder of Common.cfg and PeerInfo.cfg.</summary>
    public required string Folder { get; init; }

    /// <summary>The peer's number in PeerInfo.cfg.</summary>
    public required long Id { get; init; }

    /// <summary>Download limit in bytes per second; 0, the default, is none.</summary>
    public long DownloadBytesPerSecond { get; init; }

    /// <summary>Upload limit in bytes per second; 0, the default, is none.</summary>
    public long UploadBytesPerSecond { get; init; }

    /// <summary>Is told in a sentence of what hinders and may pass; called from any thread.</summary>
    public Action<string> Warn { get; init; } = static _ => { };
}
