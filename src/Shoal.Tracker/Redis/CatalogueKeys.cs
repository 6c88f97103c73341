using Shoal.Tracker.Catalogue;

namespace Shoal.Tracker.Redis;

/// <summary>
/// The names of what a catalogue has in Redis, and the figures that its script knows.
/// <code>
/// sh{c}f HASH    a file: s size, c chunk size, 1 and 2 info-hashes, p piece size, k pinned, a added, n last seen
/// sh{c}n HASH    its names, each with a number that orders all names
/// sh{c}g HASH    its tags
/// sh{c}e HASH    its endpoints "ip port", each with when it ends and the chunks that it holds
/// sh{c}t HASH    its .torrent
/// sh{c}w WHO     the files of an endpoint
/// sh{c}x         "HASH ip port" by when the endpoint ends
/// sh{c}b         files without an endpoint, by when it was last asked whether their swarm has peers
/// sh{c}all       the hashes of all files; sh{c}count the number of names; sh{c}id the last number of one
/// sh{c}v         number of changes; sh{c}log the last of them, from which nodes keep their copies true
/// </code>
/// </summary>
internal static class CatalogueKeys
{
    /// <summary>What all of them begin with; the braces keep them on one node of a cluster.</summary>
    public const string Base = "sh{c}";

    /// <summary>Changes kept for nodes that were away, some 2 MB; who missed more reads everything anew.</summary>
    private const int MaxLog = 20_000;

    /// <summary>Changes in one answer.</summary>
    private const int MaxPull = 500;

    /// <summary>Bytes of chunks in one answer, after which it ends.</summary>
    private const int MaxPullBytes = 1 << 20;

    /// <summary>About as many files are read with one call.</summary>
    private const int LoadPage = 20;

    /// <summary>What stands before the script.</summary>
    public static string Head => string.Create(null,
        $"""
        local MAX_LOG, MAX_PULL, MAX_PULL_BYTES, LOAD_PAGE = {MaxLog}, {MaxPull}, {MaxPullBytes}, {LoadPage}
        local MAX_NAMES, MAX_TAGS = {CatalogueLimits.MaxNamesPerFile}, {CatalogueLimits.MaxTags}
        local MAX_END_POINTS = {CatalogueLimits.MaxEndPointsPerFile}
        local STORED, FULL = {(int)RegistrationStatus.Stored}, {(int)RegistrationStatus.Full}
        local SIZE_DIFFERS = {(int)RegistrationStatus.SizeDiffers}
        local CHUNK_SIZE_DIFFERS = {(int)RegistrationStatus.ChunkSizeDiffers}
        local INFO_HASH_DIFFERS = {(int)RegistrationStatus.InfoHashDiffers}
        local TOO_MANY_NAMES = {(int)RegistrationStatus.TooManyNames}
        local TOO_MANY_END_POINTS = {(int)RegistrationStatus.TooManyEndPoints}

        """);
}
