namespace Shoal.Discovery;

/// <summary>What a torrent tells its trackers about itself at one moment.</summary>
/// <param name="Uploaded">Block bytes sent in this session.</param>
/// <param name="Downloaded">Block bytes received in this session.</param>
/// <param name="Left">Bytes missing for the whole torrent; null while its size is not known.</param>
/// <param name="IsPartialSeed">True when all that is wanted is there but not the whole torrent (BEP 21).</param>
/// <param name="PeersWanted">Peers that could be used; 0 asks for none.</param>
public readonly record struct AnnounceCounters(
    long Uploaded, long Downloaded, long? Left, bool IsPartialSeed = false, int PeersWanted = 50);
