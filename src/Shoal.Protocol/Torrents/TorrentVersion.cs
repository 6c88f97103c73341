namespace Shoal.Protocol.Torrents;

/// <summary>Which generations of the format a torrent carries.</summary>
[Flags]
public enum TorrentVersion
{
    /// <summary>No version; never the version of a torrent.</summary>
    None = 0,

    /// <summary>SHA-1 over pieces (BEP 3).</summary>
    V1 = 1,

    /// <summary>SHA-256 merkle trees over files (BEP 52).</summary>
    V2 = 2,

    /// <summary>Both, over the same bytes.</summary>
    Hybrid = V1 | V2,
}
