using System.Globalization;

namespace Shoal.TrackerLoad;

/// <summary>What is measured, and how.</summary>
internal sealed record LoadOptions
{
    public const string Usage = """
        Runs trackers one after the other on loopback and measures what they answer.

          --servers LIST    of shoal, shoal-plain, shoal-redis, opentracker; default: shoal,shoal-plain,opentracker
          --scenario NAME   udp, http or memory; default: udp
          --swarms N        default: 100000 (memory: 1000000)
          --peers N         of each swarm; default: 34 (memory: 2)
          --numwant N       peers asked for; default: 30
          --seconds N       of each measurement; default: 8
          --rate N          requests a second of the open loop; default: half of what the closed loop reached
          --window N        requests under way in the closed loop; default: 256
          --mix C:A:S       connects, announces and scrapes of a hundred requests; default: 67:32:1
          --connections N   of HTTP; default: 64
          --stale PERCENT   of announces and scrapes with an id that is not good; default: 2
          --json FILE       writes the figures there too
        """;

    public IReadOnlyList<string> Servers { get; private init; } = ["shoal", "shoal-plain", "opentracker"];

    public string Scenario { get; private init; } = "udp";

    public int Swarms { get; private init; } = 100_000;

    public int Peers { get; private init; } = 34;

    public int NumWant { get; private init; } = 30;

    public double Seconds { get; private init; } = 8;

    public int Rate { get; private init; }

    public int Window { get; private init; } = 256;

    /// <summary>Connects of a hundred requests.</summary>
    public int ConnectShare { get; private init; } = 67;

    /// <summary>Announces of a hundred requests; the rest are scrapes.</summary>
    public int AnnounceShare { get; private init; } = 32;

    public int Connections { get; private init; } = 64;

    public int StalePercent { get; private init; } = 2;

    public string? JsonFile { get; private init; }

    /// <summary>Reads a command line; false leaves what is wrong, or the help, in <paramref name="problem"/>.</summary>
    public static bool TryParse(string[] args, out LoadOptions options, out string problem)
    {
        options = new LoadOptions();
        problem = Usage;
        int scenario = Array.IndexOf(args, "--scenario");
        if (scenario >= 0 && scenario + 1 < args.Length && args[scenario + 1] == "memory")
            options = options with { Swarms = 1_000_000, Peers = 2, Servers = ["shoal"] };
        if (scenario >= 0 && scenario + 1 < args.Length && args[scenario + 1] == "http")
            options = options with { Servers = ["shoal"] };
        for (int i = 0; i < args.Length; i += 2)
        {
            if (args[i] is "--help" or "-h") return false;
            if (i + 1 == args.Length)
            {
                problem = $"{args[i]} needs a value.";
                return false;
            }
            LoadOptions? next = options.With(args[i], args[i + 1]);
            if (next is null)
            {
                problem = $"{args[i]} '{args[i + 1]}' is nothing that is known; see --help.";
                return false;
            }
            options = next;
        }
        return true;
    }

    private LoadOptions? WithMix(string[] parts) =>
        parts.Length == 3 && int.TryParse(parts[0], out int connects) && int.TryParse(parts[1], out int announces)
            && int.TryParse(parts[2], out int scrapes) && connects + announces + scrapes == 100
            ? this with { ConnectShare = connects, AnnounceShare = announces } : null;

    private LoadOptions? With(string name, string value)
    {
        bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        return name switch
        {
            "--mix" => WithMix(value.Split(':')),
            "--servers" => this with { Servers = value.Split(',') },
            "--scenario" when value is "udp" or "http" or "memory" => this with { Scenario = value },
            "--json" => this with { JsonFile = value },
            "--swarms" when isNumber => this with { Swarms = number },
            "--peers" when isNumber => this with { Peers = number },
            "--numwant" when isNumber => this with { NumWant = number },
            "--seconds" when isNumber => this with { Seconds = number },
            "--rate" when isNumber => this with { Rate = number },
            "--window" when isNumber => this with { Window = number },
            "--connections" when isNumber => this with { Connections = number },
            "--stale" when isNumber => this with { StalePercent = number },
            _ => null,
        };
    }
}
