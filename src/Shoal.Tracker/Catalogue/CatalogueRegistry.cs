using System.Collections.Concurrent;
using Shoal.Protocol;

namespace Shoal.Tracker.Catalogue;

/// <summary>
/// The torrents that a tracker in the mode <see cref="TrackerMode.Listed"/> serves: those of its catalogue, and those
/// of another list where there is one. It answers from memory, as every announce asks.
/// </summary>
/// <param name="list">The other list, or null.</param>
internal sealed class CatalogueRegistry(ITorrentRegistry? list) : ITorrentRegistry
{
    private volatile ConcurrentDictionary<InfoHash, bool> _torrents = new();

    /// <inheritdoc/>
    public bool IsRegistered(InfoHash torrent) =>
        _torrents.ContainsKey(torrent) || list?.IsRegistered(torrent) == true;

    /// <summary>Takes torrents in.</summary>
    public void Add(IEnumerable<InfoHash> torrents)
    {
        foreach (InfoHash torrent in torrents) _torrents[torrent] = true;
    }

    /// <summary>Takes these torrents for all that there are.</summary>
    public void Replace(IEnumerable<InfoHash> torrents) =>
        _torrents = new ConcurrentDictionary<InfoHash, bool>(
            torrents.Distinct().Select(torrent => KeyValuePair.Create(torrent, true)));
}
