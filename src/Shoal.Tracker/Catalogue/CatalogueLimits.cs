namespace Shoal.Tracker.Catalogue;

/// <summary>
/// How much strangers may put into a catalogue or ask of it. Choices of ours where nothing else is said.
/// </summary>
internal static class CatalogueLimits
{
    /// <summary>Bytes of a name in UTF-8: the longest that common file systems have.</summary>
    public const int MaxNameBytes = 255;

    /// <summary>Characters of a file's hash; SHA-512 in hexadecimal has 128.</summary>
    public const int MaxHashChars = 128;

    /// <summary>Tags of a file.</summary>
    public const int MaxTags = 16;

    /// <summary>Characters of a tag.</summary>
    public const int MaxTagChars = 40;

    /// <summary>Bytes of a file; torrents have no larger ones (16 TiB).</summary>
    public const long MaxFileSize = 1L << 44;

    /// <summary>Names that the same content may have.</summary>
    public const int MaxNamesPerFile = 16;

    /// <summary>Endpoints of one file; others have to come back later.</summary>
    public const int MaxEndPointsPerFile = 2_000;

    /// <summary>Endpoints in one answer; a client cannot use more at once.</summary>
    public const int MaxEndPointsInAnswer = 200;

    /// <summary>Chunks written out as numbers in one answer, about two megabytes of them.</summary>
    public const int MaxChunkNumbers = 262_144;

    /// <summary>Groups in an answer about rare chunks.</summary>
    public const int MaxRareGroups = 100;

    /// <summary>Files in one request to register.</summary>
    public const int MaxFilesPerRequest = 500;

    /// <summary>Chunks that a request may name and get an answer for one by one.</summary>
    public const int MaxChunkResults = 1_000;

    /// <summary>Files on a page.</summary>
    public const int MaxPage = 500;

    /// <summary>Files on a page where nothing else is asked for.</summary>
    public const int DefaultPage = 100;

    /// <summary>Files before a page; who wants more asks for other words.</summary>
    public const int MaxOffset = 1_000_000;

    /// <summary>Characters of the words to search for.</summary>
    public const int MaxQueryChars = 200;

    /// <summary>Words to search for.</summary>
    public const int MaxQueryWords = 10;

    /// <summary>Different contents of one name in one answer.</summary>
    public const int MaxSameName = 50;

    /// <summary>Time that an endpoint is remembered where it does not say: plain peers register but once.</summary>
    public static readonly TimeSpan DefaultTtl = TimeSpan.FromHours(24);

    /// <summary>The shortest time that an endpoint may ask to be remembered.</summary>
    public static readonly TimeSpan MinTtl = TimeSpan.FromMinutes(1);

    /// <summary>The longest.</summary>
    public static readonly TimeSpan MaxTtl = TimeSpan.FromDays(7);

    /// <summary>
    /// Time that a file with a torrent is kept after its last source went, since peers of its swarm may come back.
    /// </summary>
    public static readonly TimeSpan UnsourcedLifetime = TimeSpan.FromHours(1);
}
