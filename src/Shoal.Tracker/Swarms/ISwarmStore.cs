using Shoal.Protocol;
using Shoal.Protocol.Trackers;

namespace Shoal.Tracker.Swarms;

/// <summary>
/// Who is in which swarm. A store in memory answers every call at once, through the methods that begin with Try; one
/// that has to ask elsewhere returns false from those, and the front ends then take the way of the tasks, which leaves
/// their threads free. One that holds something to be given back is disposable too. All members may be used from any
/// thread.
/// </summary>
internal interface ISwarmStore
{
    /// <summary>Torrents of one <see cref="Prefetch"/> at the most: as many datagrams as one call brings.</summary>
    const int MaxPrefetch = 64;

    /// <summary>
    /// Brings into the processor's caches what announces to these torrents will need; a hint, for a store that waits
    /// for memory most of its time. It changes nothing.
    /// </summary>
    void Prefetch(ReadOnlySpan<InfoHash> torrents)
    {
    }

    /// <summary>Lists, refreshes or removes a peer and chooses others for it, if that needs no waiting.</summary>
    /// <param name="announce">The peer.</param>
    /// <param name="now">Time since some fixed moment, which only ever grows.</param>
    /// <param name="peers4">Room for IPv4 peers of six bytes; empty when they are not wanted.</param>
    /// <param name="peers6">Room for IPv6 peers of eighteen bytes; empty when they are not wanted.</param>
    /// <param name="answer">Counts, and how much of the room is used; undefined when false is returned.</param>
    /// <returns>False when <see cref="AnnounceAsync"/> has to be asked.</returns>
    bool TryAnnounce(in SwarmAnnounce announce, TimeSpan now, Span<byte> peers4, Span<byte> peers6,
        out StoreAnswer answer);

    /// <summary>As <see cref="TryAnnounce"/>, with all the time that it takes; errors are statuses.</summary>
    ValueTask<StoreAnswer> AnnounceAsync(
        SwarmAnnounce announce, TimeSpan now, Memory<byte> peers4, Memory<byte> peers6);

    /// <summary>Fills in the figures of swarms whose hashes are given, zeros where there are none.</summary>
    /// <returns>False when <see cref="ScrapeAsync"/> has to be asked.</returns>
    bool TryScrape(Span<ScrapeEntry> entries);

    /// <summary>As <see cref="TryScrape"/>, with all the time that it takes; what cannot be had stays zero.</summary>
    ValueTask ScrapeAsync(Memory<ScrapeEntry> entries);

    /// <summary>Drops the peers that have been silent for longer than their lifetime.</summary>
    void Sweep(TimeSpan now);

    /// <summary>Swarms with peers or a download count.</summary>
    long Swarms { get; }

    /// <summary>Peers by family and role.</summary>
    StoreTotals Totals { get; }
}
