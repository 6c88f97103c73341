using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shoal.Network;
using Shoal.Protocol;
using Shoal.Storage.Files;

namespace Shoal.Engine;

/// <summary>Settings of an engine, fixed for its life. Every default is fit for use as it is.</summary>
public sealed record EngineOptions
{
    /// <summary>Address to listen on and to dial from; null listens on all IPv4 and IPv6 addresses.</summary>
    public IPAddress? BindAddress { get; init; }

    /// <summary>TCP port for peers; 0 takes a free one, which <see cref="TorrentEngine.Port"/> then tells.</summary>
    public int Port { get; init; }

    /// <summary>Download limit for all torrents together in bytes per second; 0 means no limit.</summary>
    public long DownloadBytesPerSecond { get; init; }

    /// <summary>Upload limit for all torrents together in bytes per second; 0 means no limit.</summary>
    public long UploadBytesPerSecond { get; init; }

    /// <summary>
    /// Connected peers of all torrents together at the most; a torrent that waits for some gets an equal part in time.
    /// The default is qBittorrent's.
    /// </summary>
    public int MaxConnections { get; init; } = 500;

    /// <summary>Outgoing connections that are being made at the same time at the most.</summary>
    public int MaxHalfOpen { get; init; } = 50;

    /// <summary>Incoming connections that have not sent their handshake yet at the most; rqbit's figure.</summary>
    public int MaxPendingHandshakes { get; init; } = 256;

    /// <summary>Whether connections to peers are hidden from those who look on.</summary>
    public EncryptionPolicy Encryption { get; init; } = EncryptionPolicy.Preferred;

    /// <summary>
    /// Bytes that may be requested from peers or wait for the disk at any time, for all torrents together. It bounds
    /// the memory of a download; too small a value slows fast and distant peers.
    /// </summary>
    public long InFlightBytes { get; init; } = 16 << 20;

    /// <summary>The clock and timers of everything in the engine; tests put their own here.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The disk that content is on; tests put their own here.</summary>
    internal IFileSystem FileSystem { get; init; } = RealFileSystem.Instance;

    /// <summary>Where log lines go; nowhere by default.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>
    /// The id to go by in swarms whose members know each other by it; null, for everybody else, draws one.
    /// </summary>
    internal PeerId? PeerId { get; init; }

    /// <summary>How members of private swarms speak to each other; null for the best there is.</summary>
    internal TlsNegotiator? Tls { get; init; }
}
