using System.Globalization;

namespace Shoal.SideBySide;

/// <summary>What is measured.</summary>
internal enum BenchmarkMode
{
    Transfer,
    Create,
    Verify,
}

/// <summary>The command line.</summary>
internal sealed record BenchmarkOptions
{
    private const string Usage = """
        Measures whole programs next to each other, in turn, on loopback with files in memory.

        Usage: dotnet run -c Release --project benchmarks/SideBySide -- [OPTIONS]

          --mode transfer|create|verify   what to measure (transfer)
          --size SIZE                     bytes of the file, such as 256MiB (1GiB)
          --piece SIZE                    piece length (1MiB)
          --format v1|v2|hybrid           kind of torrent; not every client knows v2 (v1)
          --rounds N                      times that each pair runs, in turn (3)
          --pairs A:B,...                 seeder:downloader pairs (all that there are)
          --downloaders N                 downloaders at the same time (1)
          --folder DIR                    where the files lie (/dev/shm)
          --json FILE                     write every run and the medians there

        Programs: shoal, libtorrent, aria2, rtorrent; and nginx:curl for what the machine can do without hashing.
        In the modes create and verify, --pairs names single programs: shoal, libtorrent, mktorrent.
        """;

    public BenchmarkMode Mode { get; private set; } = BenchmarkMode.Transfer;

    public long FileBytes { get; private set; } = 1L << 30;

    public int PieceBytes { get; private set; } = 1 << 20;

    public string Format { get; private set; } = "v1";

    public int Rounds { get; private set; } = 3;

    public int Downloaders { get; private set; } = 1;

    public string Folder { get; private set; } = "/dev/shm";

    public string? JsonFile { get; private set; }

    /// <summary>Pairs or programs as they were named; empty means all that fit the mode.</summary>
    public IReadOnlyList<string> Pairs { get; private set; } = [];

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
            case "--piece" when ParseSize(value) is { } size and <= 1 << 29:
                PieceBytes = (int)size;
                return true;
            case "--format" when value is "v1" or "v2" or "hybrid":
                Format = value;
                return true;
            case "--rounds" when ParseCount(value) is { } count:
                Rounds = count;
                return true;
            case "--downloaders" when ParseCount(value) is { } count:
                Downloaders = count;
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
