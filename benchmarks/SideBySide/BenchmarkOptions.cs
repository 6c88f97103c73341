using System.Globalization;

namespace Shoal.SideBySide;

/// <summary>The command line. Where it gives several values, <see cref="Sections"/> has one table for each.</summary>
internal sealed record BenchmarkOptions
{
    private const string Usage = """
        Measures whole programs next to each other, in turn, on loopback with files in memory.

        Usage: dotnet run -c Release --project benchmarks/SideBySide -- [OPTIONS]

          --mode MODE             what to measure: transfer, create, verify, seeders, leechers, start (transfer)
          --size SIZE             bytes of the file, such as 256MiB (1GiB)
          --piece SIZE,...        piece lengths (1MiB)
          --format v1|v2|hybrid,...   kinds of torrent; not every client knows v2 (v1)
          --rounds N              times that each pair runs, in turn (3)
          --pairs A:B,...         seeder:downloader pairs (all that there are)
          --downloaders N,...     downloaders at the same time, for transfer (1)
          --peers N,...           peers at the same time, for seeders (1,50) and leechers (1,200)
          --peer-rate SIZE        bytes that each of several peers moves in a second, for seeders (no limit) and
                                  leechers (512KiB)
          --folder DIR            where the files lie (/dev/shm)
          --json FILE             write every run and the medians there

        Programs: shoal, libtorrent, aria2, rtorrent; and nginx:curl for what the machine can do without hashing.
        shoal+rc4:libtorrent+rc4 and the like is over encrypted streams, shoal+tls:libtorrent+tls in a private swarm.
        In the other modes --pairs names single programs: shoal, libtorrent, and mktorrent to create.
        Several values give a table for each; with --peers they are rows of one.
        """;

    private int[] _pieces = [1 << 20];
    private string[] _formats = ["v1"];
    private int[] _downloaderCounts = [1];

    public BenchmarkMode Mode { get; private set; } = BenchmarkMode.Transfer;

    public long FileBytes { get; private set; } = 1L << 30;

    public int PieceBytes { get; private set; }

    public string Format { get; private set; } = "";

    public int Rounds { get; private set; } = 3;

    public int Downloaders { get; private set; }

    /// <summary>Numbers of peers as they were given; empty means those of the mode.</summary>
    public IReadOnlyList<int> Peers { get; private set; } = [];

    /// <summary>Bytes a second that each of several peers moves; null means what the mode has.</summary>
    public int? PeerRate { get; private set; }

    public string Folder { get; private set; } = "/dev/shm";

    public string? JsonFile { get; private set; }

    /// <summary>Pairs or programs as they were named; empty means all that fit the mode.</summary>
    public IReadOnlyList<string> Pairs { get; private set; } = [];

    /// <summary>The options of each table.</summary>
    public IEnumerable<BenchmarkOptions> Sections =>
        from format in _formats
        from piece in _pieces
        from downloaders in _downloaderCounts
        select this with { Format = format, PieceBytes = piece, Downloaders = downloaders };

    public static bool TryParse(string[] args, out BenchmarkOptions options, out string problem)
    {
        options = new BenchmarkOptions();
        problem = Usage;
        if (args is ["--help" or "-h", ..]) return false;
        for (int i = 0; i < args.Length; i += 2)
        {
            if (i + 1 < args.Length && options.Take(args[i], args[i + 1])) continue;
            problem = $"'{string.Join(' ', args.Skip(i).Take(2))}' is not understood.\n\n{Usage}";
            return false;
        }

        return true;
    }

    private bool Take(string name, string value)
    {
        switch (name)
        {
            case "--mode" when Enum.TryParse(value, ignoreCase: true, out BenchmarkMode mode):
                Mode = mode;
                return true;
            case "--size" when ParseSize(value) is { } size:
                FileBytes = size;
                return true;
            case "--piece" when ParseAll(value, ParseSize) is { } sizes && sizes.All(s => s <= 1 << 29):
                _pieces = [.. sizes.Select(s => (int)s)];
                return true;
            case "--format" when value.Split(',').All(f => f is "v1" or "v2" or "hybrid"):
                _formats = value.Split(',');
                return true;
            case "--rounds" when ParseCount(value) is { } count:
                Rounds = count;
                return true;
            case "--downloaders" when ParseAll(value, ParseCount) is { } counts:
                _downloaderCounts = counts;
                return true;
            case "--peers" when ParseAll(value, ParseCount) is { } counts:
                Peers = counts;
                return true;
            case "--peer-rate" when ParseSize(value) is { } rate and <= int.MaxValue:
                PeerRate = (int)rate;
                return true;
            case "--pairs":
                Pairs = value.Split(',', StringSplitOptions.RemoveEmptyEntries);
                return true;
            case "--folder":
                Folder = value;
                return true;
            case "--json":
                JsonFile = value;
                return true;
            default:
                return false;
        }
    }

    private static T[]? ParseAll<T>(string text, Func<string, T?> parse)
        where T : struct
    {
        T?[] parsed = [.. text.Split(',').Select(parse)];
        return parsed.All(p => p is not null) ? [.. parsed.OfType<T>()] : null;
    }

    private static int? ParseCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 ? count : null;

    private static long? ParseSize(string text)
    {
        (string digits, int shift) = text switch
        {
            [.. var d, 'K', 'i', 'B'] => (d, 10),
            [.. var d, 'M', 'i', 'B'] => (d, 20),
            [.. var d, 'G', 'i', 'B'] => (d, 30),
            _ => (text, 0),
        };
        return ParseCount(digits) is { } count ? (long)count << shift : null;
    }
}
