using System.Net;

namespace Shoal.Clients;

/// <summary>What one client is to seed or to get.</summary>
/// <param name="Source">Path of a .torrent file, or a magnet link.</param>
/// <param name="Folder">The folder that holds the torrent's file or folder, or is to hold it.</param>
public sealed record TransferJob(string Source, string Folder)
{
    /// <summary>Peers to dial besides those that the tracker names.</summary>
    public IReadOnlyList<IPEndPoint> Peers { get; init; } = [];

    /// <summary>True to believe that the files are complete, where the client can be told so.</summary>
    public bool Trusted { get; init; }

    public bool IsMagnet => Source.StartsWith("magnet:", StringComparison.Ordinal);
}
