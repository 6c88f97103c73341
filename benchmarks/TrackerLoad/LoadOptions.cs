using System.Globalization;

namespace Shoal.TrackerLoad;

/// <summary>What is measured, and how.</summary>
internal sealed record LoadOptions
{
    public const string Usage = """
        Runs trackers beside each other on loopback and measures what they answer.

          --scenario NAME   announce   UDP, announces only, closed loop: answers per second of processor time
                            mix        UDP, 67 connects : 32 announces : 1 scrape, 2 % stale ids, closed and open loop
                            http       announces on connections that stay open
                            memory     two million peers in a million swarms, and a start from their snapshot
                            redis      the mix and the memory with the swarms in Redis
                            cores      the tracker without its sockets, on one thread, on two, and so on
                            all        each of them in turn; the default
          --servers LIST    of shoal, shoal-plain, shoal-redis, echo (answers without looking: what the kernel takes)
                            and opentracker; shoal/1 is shoal with one thread
          --swarms N        default: 100000 (memory: 1000000; redis: 20000)
          --peers N         of each swarm; default: 34 (memory: 2)
          --numwant N       peers asked for; default: 30
          --rounds N        in each of them every server is measured once; default: 5
          --seconds N       of each measurement; default: 2
          --rate N          requests a second of the open loop; default: half of what the closed loop reached
          --window N        requests under way in the closed loop; default: 256
          --mix C:A:S       connects, announces and scrapes of a hundred requests
          --stale PERCENT   of announces and scrapes with an id that is not good
          --connections N   of HTTP; default: 64
          --env NAME=VALUE  a variable for shoal's processes; may be repeated
          --json FILE       writes the figures there too
        """;

    private static readonly string[] Scenarios = ["announce", "mix", "http", "memory", "redis", "cores"];

    /// <summary>The servers of a scenario; null for those that it has by itself.</summary>
    public IReadOnlyList<string>? Servers { get; private init; }

    public IReadOnlyList<string> Chosen { get; private init; } = Scenarios;

    public string Scenario { get; private init; } = "";

    public int Swarms { get; private init; } = 100_000;

    public int Peers { get; private init; } = 34;

    public int NumWant { get; private init; } = 30;

    public int Rounds { get; private init; } = 5;

    public double Seconds { get; private init; } = 2;

    public int Rate { get; private init; }

    public int Window { get; private init; } = 256;

    /// <summary>Connects of a hundred requests.</summary>
    public int ConnectShare { get; private init; }

    /// <summary>Announces of a hundred requests; the rest are scrapes.</summary>
    public int AnnounceShare { get; private init; } = 100;

    public int Connections { get; private init; } = 64;

    public int StalePercent { get; private init; }

    public IReadOnlyDictionary<string, string> Environment { get; private init; } = new Dictionary<string, string>();

    public string? JsonFile { get; private init; }

    private IReadOnlyList<(string Name, string Value)> Given { get; init; } = [];

    /// <summary>Reads a command line; false leaves what is wrong, or the help, in <paramref name="problem"/>.</summary>
    public static bool TryParse(string[] args, out LoadOptions options, out string problem)
    {
        options = new LoadOptions();
        problem = Usage;
        var given = new List<(string, string)>();
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
            given.Add((args[i], args[i + 1]));
        }
        options = options with { Given = given };
        return true;
    }

    /// <summary>The options of one scenario: what it has by itself, and over that what the command line says.</summary>
    public LoadOptions For(string scenario)
    {
        LoadOptions own = scenario switch
        {
            "mix" => Realistic,
            "memory" => this with { Swarms = 1_000_000, Peers = 2 },
            "redis" => Realistic with { Swarms = 20_000, Rounds = 2 },
            _ => this,
        };
        foreach ((string name, string value) in Given) own = own.With(name, value)!;
        return own with { Scenario = scenario };
    }

    // The mix is what a tracker of thousands of public torrents saw in twelve days.
    private LoadOptions Realistic => this with { ConnectShare = 67, AnnounceShare = 32, StalePercent = 2 };

    private LoadOptions? WithMix(string[] parts) =>
        parts.Length == 3 && int.TryParse(parts[0], out int connects) && int.TryParse(parts[1], out int announces)
            && int.TryParse(parts[2], out int scrapes) && connects + announces + scrapes == 100
            ? this with { ConnectShare = connects, AnnounceShare = announces } : null;

    private LoadOptions? WithVariable(string variable)
    {
        int equals = variable.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) return null;
        var all = new Dictionary<string, string>(Environment) { [variable[..equals]] = variable[(equals + 1)..] };
        return this with { Environment = all };
    }

    private LoadOptions? With(string name, string value)
    {
        bool isNumber = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number);
        return name switch
        {
            "--mix" => WithMix(value.Split(':')),
            "--env" => WithVariable(value),
            "--servers" => this with { Servers = value.Split(',') },
            "--scenario" when value == "all" => this with { Chosen = Scenarios },
            "--scenario" when value.Split(',').All(Scenarios.Contains) => this with { Chosen = value.Split(',') },
            "--json" => this with { JsonFile = value },
            "--swarms" when isNumber => this with { Swarms = number },
            "--peers" when isNumber => this with { Peers = number },
            "--numwant" when isNumber => this with { NumWant = number },
            "--rounds" when isNumber && number > 0 => this with { Rounds = number },
            "--seconds" when isNumber && number > 0 => this with { Seconds = number },
            "--rate" when isNumber => this with { Rate = number },
            "--window" when isNumber && number > 0 => this with { Window = number },
            "--connections" when isNumber && number > 0 => this with { Connections = number },
            "--stale" when isNumber => this with { StalePercent = number },
            _ => null,
        };
    }
}
