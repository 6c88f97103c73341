using System.Collections.Concurrent;
using Shoal.Protocol;
using Shoal.Protocol.Encryption;

namespace Shoal.Engine.Peers;

/// <summary>
/// The torrents of an engine by the names under which encrypted handshakes ask for them, so that finding one costs the
/// same however many there are.
/// </summary>
internal sealed class MseTorrents
{
    private readonly ConcurrentDictionary<MseTorrentKey, InfoHash> _torrents = new();

    /// <summary>Adds both names of a torrent.</summary>
    public void Add(TorrentHashes hashes)
    {
        foreach (InfoHash hash in NamesOf(hashes)) _torrents[MseTorrentKey.Of(hash)] = hash;
    }

    /// <summary>Removes both names of a torrent.</summary>
    public void Remove(TorrentHashes hashes)
    {
        foreach (InfoHash hash in NamesOf(hashes)) _torrents.TryRemove(MseTorrentKey.Of(hash), out _);
    }

    /// <summary>The torrent of a name; null when it is not here.</summary>
    public InfoHash? Find(MseTorrentKey name) => _torrents.TryGetValue(name, out InfoHash hash) ? hash : null;

    private static IEnumerable<InfoHash> NamesOf(TorrentHashes hashes)
    {
        if (hashes.V1 is { } v1) yield return v1;
        if (hashes.V2 is { } v2) yield return v2.Truncated;
    }
}
