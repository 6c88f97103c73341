using System.Collections.Immutable;
using System.Net;
using Shoal.Engine;

namespace Shoal.Cli.Settings;

/// <summary>What the options that every transfer command has say.</summary>
internal sealed record TransferSettings
{
    /// <summary>Folder of the content, as a full path.</summary>
    public required string Directory { get; init; }

    /// <summary>TCP port for peers; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>Address to listen on and dial from; null for all.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>Download limit in bytes per second; 0 for none.</summary>
    public long Down { get; init; }

    /// <summary>Upload limit in bytes per second; 0 for none.</summary>
    public long Up { get; init; }

    /// <summary>Upload limit to each single peer in bytes per second; 0 for none.</summary>
    public long UpPerPeer { get; init; }

    /// <summary>Tracker URLs besides those of the torrent.</summary>
    public ImmutableArray<string> Trackers { get; init; } = [];

    /// <summary>Web seeds besides those of the torrent.</summary>
    public ImmutableArray<string> WebSeeds { get; init; } = [];

    /// <summary>True when web seeds are used at all.</summary>
    public bool UsesWebSeeds { get; init; } = true;

    /// <summary>Peers to dial.</summary>
    public ImmutableArray<DnsEndPoint> Peers { get; init; } = [];

    /// <summary>Whether connections to peers are hidden.</summary>
    public EncryptionPolicy Encryption { get; init; }

    /// <summary>Files to get, as typed; empty for all.</summary>
    public ImmutableArray<string> Select { get; init; } = [];

    /// <summary>True to give each piece away once before one is repeated.</summary>
    public bool SuperSeeds { get; init; }

    /// <summary>Program to start when everything is complete, or null.</summary>
    public string? OnComplete { get; init; }

    /// <summary>True when events list the connected peers.</summary>
    public bool ReportsPeers { get; init; }

    /// <summary>True when the end of standard input ends the run.</summary>
    public bool EndsWithInput { get; init; }

    /// <summary>The settings of an engine for this run.</summary>
    public EngineOptions ToEngineOptions() => new()
    {
        BindAddress = Bind,
        Port = Port,
        DownloadBytesPerSecond = Down,
        UploadBytesPerSecond = Up,
        Encryption = Encryption,
    };

    /// <summary>The settings of a torrent in this run.</summary>
    public TorrentOptions ToTorrentOptions() => new()
    {
        Directory = Directory,
        Trackers = Trackers,
        Peers = Peers,
        WebSeeds = WebSeeds,
        UsesWebSeeds = UsesWebSeeds,
        UploadBytesPerSecondPerPeer = UpPerPeer,
        SuperSeed = SuperSeeds,
    };
}
