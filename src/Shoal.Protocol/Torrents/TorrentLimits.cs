namespace Shoal.Protocol.Torrents;

/// <summary>
/// The largest torrent that is accepted. A torrent comes from strangers; whatever its numbers size is bounded here.
/// Where nothing else is said the numbers are those of libtorrent, so that what loads there loads here.
/// </summary>
public static class TorrentLimits
{
    /// <summary>Bytes of a .torrent file.</summary>
    public const int MaxMetainfoBytes = 10_000_000;

    /// <summary>Bytes of an info dictionary, as peers send it for a magnet link.</summary>
    public const int MaxInfoBytes = 31_457_280;

    /// <summary>Pieces of a torrent.</summary>
    public const int MaxPieces = 0x20_0000;

    /// <summary>Bytes in a piece: 512 MiB.</summary>
    public const int MaxPieceLength = 512 * 1024 * 1024;

    /// <summary>Bytes of one file: its blocks are numbered below 2^30 - 1.</summary>
    public const long MaxFileLength = (1L << 44) - PieceGeometry.BlockLength - 1;

    /// <summary>Elements in the path of a file.</summary>
    public const int MaxPathDepth = 100;

    /// <summary>
    /// Elements in all paths together. In a file tree one deep folder is written once but is part of many paths; this
    /// keeps a small torrent from taking much memory.
    /// </summary>
    public const int MaxPathElements = 3_000_000;

    /// <summary>Tracker URLs of a torrent or magnet link; the rest is dropped. A choice of ours.</summary>
    public const int MaxTrackers = 500;

    /// <summary>Web seeds of a torrent or magnet link; the rest is dropped. A choice of ours.</summary>
    public const int MaxWebSeeds = 500;

    /// <summary>DHT nodes of a torrent, peers of a magnet link; the rest is dropped. A choice of ours.</summary>
    public const int MaxNodes = 200;

    /// <summary>Characters of a URL; a longer one is dropped. Common servers refuse longer request lines.</summary>
    public const int MaxUrlLength = 8192;

    /// <summary>Characters of a host name, as DNS has it (RFC 1035, section 2.3.4).</summary>
    public const int MaxHostLength = 255;

    /// <summary>Characters of a comment or of a program's name; the rest is cut off. A choice of ours.</summary>
    public const int MaxTextLength = 64 * 1024;
}
