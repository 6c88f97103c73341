using Shoal.Protocol;
using Shoal.Protocol.Catalogues;

namespace Shoal.Tracker.Catalogue;

/// <summary>
/// Where a catalogue rests. What comes in has been found valid. All members may be used from any thread, and what one
/// call did is there for the next, also when the process is killed between them. Looking is done in this process;
/// where others change the same catalogue, <see cref="FreshenAsync"/> comes first.
/// </summary>
internal interface ICatalogueStore : IDisposable
{
    /// <summary>Number of names of files.</summary>
    int Count { get; }

    /// <summary>Makes what is looked at as new as it was elsewhere when this was called, if that can be had.</summary>
    ValueTask FreshenAsync();

    /// <summary>Stores registrations, all in one step; the results are in their order.</summary>
    ValueTask<IReadOnlyList<StoredRegistration>> RegisterAsync(
        IReadOnlyList<Registration> registrations, DateTimeOffset now);

    /// <summary>The file with a hash under its first name, or null.</summary>
    CatalogueFile? Find(string hash);

    /// <summary>
    /// The file that a torrent has, by the v1 or v2 info-hash in hexadecimal, of the latter at least the twenty bytes
    /// that swarms know; null for none.
    /// </summary>
    CatalogueFile? FindByInfoHash(string infoHash);

    /// <summary>All contents of a name, those with the most endpoints first.</summary>
    IReadOnlyList<CatalogueFile> FindByName(string name);

    /// <summary>A page of files and the number of all.</summary>
    /// <param name="query">Its order must be one that the store itself knows.</param>
    (IReadOnlyList<CatalogueFile> Files, int Total) Search(FileQuery query);

    /// <summary>All files of a query without their tags, in no order.</summary>
    IReadOnlyList<CatalogueFile> SearchAll(FileQuery query);

    /// <summary>The endpoints of a file.</summary>
    IReadOnlyList<CatalogueEndPoint> EndPointsOf(string hash);

    /// <summary>
    /// Adds chunks to what an endpoint holds. The result is all that it holds now; null when the file is not known.
    /// </summary>
    ValueTask<(RegistrationStatus Status, ChunkSet Chunks)?> AddChunksAsync(
        string hash, CatalogueEndPoint endPoint, DateTimeOffset expires, DateTimeOffset now);

    /// <summary>Removes an endpoint from a file, or from all when the hash is null; the files it had.</summary>
    ValueTask<IReadOnlyList<(string Hash, string Name)>> LeaveAsync(string ip, int port, string? hash);

    /// <summary>The .torrent of a file, or null.</summary>
    byte[]? TorrentOf(string hash);

    /// <summary>Keeps the .torrent of a file that is known; false when it is not.</summary>
    ValueTask<bool> AttachTorrentAsync(Registration registration);

    /// <summary>Removes a file with everything about it; false when it was not there.</summary>
    ValueTask<bool> DeleteAsync(string hash);

    /// <summary>
    /// Forgets endpoints whose time is over, and files that have had no source for a while. A file whose swarm has
    /// peers has a source. The result is the number of files forgotten.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="findPeopled">Tells which of some swarms have peers.</param>
    ValueTask<int> ExpireAsync(
        DateTimeOffset now, Func<IReadOnlyList<InfoHash>, ValueTask<IReadOnlySet<InfoHash>>> findPeopled);

    /// <summary>Every info-hash of twenty bytes that a torrent of the catalogue has.</summary>
    IReadOnlyList<InfoHash> Swarms();
}
