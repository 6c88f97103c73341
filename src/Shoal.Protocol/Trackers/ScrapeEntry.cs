namespace Shoal.Protocol.Trackers;

/// <summary>
/// What a tracker knows about one swarm (<see href="https://www.bittorrent.org/beps/bep_0048.html">BEP 48</see>).
/// </summary>
/// <param name="InfoHash">The torrent.</param>
/// <param name="Complete">Peers that have everything.</param>
/// <param name="Downloaded">How often the torrent was downloaded to the end.</param>
/// <param name="Incomplete">Peers that do not have everything.</param>
public readonly record struct ScrapeEntry(InfoHash InfoHash, int Complete, int Downloaded, int Incomplete)
{
    /// <summary>
    /// Those of <see cref="Incomplete"/> that download
    /// (<see href="https://www.bittorrent.org/beps/bep_0021.html">BEP 21</see>); null where the tracker does not tell.
    /// </summary>
    public int? Downloaders { get; init; }
}
