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
    private readonly Lock _gate = new();
    private volatile ConcurrentDictionary<InfoHash, bool> _torrents = new();

    /// <inheritdoc/>
    public bool IsRegistered(InfoHash torrent) =>
        _torrents.ContainsKey(torrent) || list?.IsRegistered(torrent) == true;

    /// <summary>Takes in torrents that the catalogue has stored before.</summary>
    public void Add(IEnumerable<InfoHash> torrents)
    {
        lock (_gate)
        {
            foreach (InfoHash torrent in torrents) _torrents[torrent] = true;
        }
    }

    /// <summary>Reads anew what the catalogue has.</summary>
    /// <param name="torrents">Reads it. What is stored meanwhile is added afterwards, so nothing of it is lost.</param>
    public void Reload(Func<IReadOnlyList<InfoHash>> torrents)
    {
        lock (_gate)
        {
            _torrents = new ConcurrentDictionary<InfoHash, bool>(
                torrents().Distinct().Select(torrent => KeyValuePair.Create(torrent, true)));
        }
    }
}
