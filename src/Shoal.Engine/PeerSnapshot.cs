using System.Net;
using Shoal.Protocol.Encryption;

namespace Shoal.Engine;

/// <summary>The figures of one connected peer at one moment.</summary>
public sealed record PeerSnapshot
{
    /// <summary>Where the connection goes.</summary>
    public required IPEndPoint EndPoint { get; init; }

    /// <summary>True when the peer dialled us.</summary>
    public required bool IsIncoming { get; init; }

    /// <summary>What protects the connection.</summary>
    public StreamSecurity Security { get; init; }

    /// <summary>
    /// URL of the web seed (BEP 19) that this is instead of a peer, without what in it can be secret; null for a peer.
    /// </summary>
    public string? WebSeed { get; init; }

    /// <summary>Client name as the peer tells it, made safe for terminals; or its peer id.</summary>
    public required string Client { get; init; }

    /// <summary>Pieces that the peer has.</summary>
    public required int Pieces { get; init; }

    /// <summary>Block bytes received from it.</summary>
    public required long DownloadedBytes { get; init; }

    /// <summary>Block bytes sent to it.</summary>
    public required long UploadedBytes { get; init; }

    /// <summary>Block bytes received from it per second.</summary>
    public required double DownloadRate { get; init; }

    /// <summary>Block bytes sent to it per second.</summary>
    public required double UploadRate { get; init; }

    /// <summary>True when it lets us request.</summary>
    public required bool UnchokedUs { get; init; }

    /// <summary>True when we let it request.</summary>
    public required bool UnchokedByUs { get; init; }
}
