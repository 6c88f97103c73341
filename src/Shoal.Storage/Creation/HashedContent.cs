using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Storage.Creation;

/// <summary>Content that is hashed and can be made a torrent.</summary>
/// <param name="Builder">The info dictionary in the making, with all its hashes.</param>
/// <param name="PieceLayers">Piece layers by root, for the .torrent file; empty without v2 hashes.</param>
/// <param name="Paths">
/// Absolute path of each file of the builder, to seed the content where it lies; that of padding is empty.
/// </param>
public sealed record HashedContent(
    TorrentInfoBuilder Builder,
    IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>> PieceLayers,
    IReadOnlyList<string> Paths);
