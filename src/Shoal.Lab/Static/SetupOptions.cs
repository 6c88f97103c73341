namespace Shoal.Lab.Static;

/// <summary>What a static swarm is to be like.</summary>
public sealed record SetupOptions
{
    /// <summary>Number of peers where none is said.</summary>
    public const int DefaultPeers = 6;

    /// <summary>Port of the first peer where none is said.</summary>
    public const int DefaultPort = 6008;

    /// <summary>Number of the first peer; the others follow.</summary>
    public const long FirstId = 1001;

    /// <summary>Folder to write into.</summary>
    public required string Folder { get; init; }

    /// <summary>Number of peers, of which the first has the file; of no meaning with <see cref="Machines"/>.</summary>
    public int Peers { get; init; } = DefaultPeers;

    /// <summary>Host of all peers; of no meaning with <see cref="Machines"/>.</summary>
    public string Host { get; init; } = "localhost";

    /// <summary>Port of the first peer, the others follow; of no meaning with <see cref="Machines"/>.</summary>
    public int FirstPort { get; init; } = DefaultPort;

    /// <summary>All machines of a swarm over several; null for one that is on this machine alone.</summary>
    public IReadOnlyList<Machine>? Machines { get; init; }

    /// <summary>The machine whose part is written; null with <see cref="Machines"/> null.</summary>
    public Machine? Machine { get; init; }

    /// <summary>Common settings, save for the sizes, which the two below give.</summary>
    public CommonConfig Common { get; init; } = new();

    /// <summary>Bytes of the file; null takes the default, or what a .torrent that is there already says.</summary>
    public long? FileSize { get; init; }

    /// <summary>Bytes of a piece; null takes the default, or what a .torrent that is there already says.</summary>
    public int? PieceSize { get; init; }

    /// <summary>The file to hand out; null makes one of noise that is the same everywhere.</summary>
    public string? Content { get; init; }

    /// <summary>True for scripts for Windows in place of the one for <c>sh</c>.</summary>
    public bool Windows { get; init; }

    /// <summary>The program, for scripts on machines that have it nowhere else.</summary>
    public string Program { get; init; } = "shoal";

    /// <summary>Is told now and then how many bytes are hashed; null for nobody.</summary>
    public IProgress<long>? Hashed { get; init; }
}
