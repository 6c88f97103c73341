using System.Buffers;
using System.Globalization;
using System.Text;
using Shoal.Swarm.Choking;

namespace Shoal.Lab.Static;

/// <summary>
/// What all peers of a static swarm share: <c>Common.cfg</c>, a line for each setting, its name and its value.
/// </summary>
public sealed record CommonConfig
{
    /// <summary>Size of the file where none is said: 20 MiB.</summary>
    public const long DefaultFileSize = 20 << 20;

    /// <summary>Size of a piece where none is said.</summary>
    public const int DefaultPieceSize = 32 << 10;

    /// <summary>Most preferred neighbours; beyond it a swarm has no choking to be seen.</summary>
    public const int MaxNeighbours = 1000;

    /// <summary>Longest interval in seconds: a day.</summary>
    public const int MaxSeconds = 86_400;

    // Sizes of pieces that the format allows (BEP 52) and other clients load.
    private const int MinPieceSize = 16 << 10;
    private const int MaxPieceSize = 512 << 20;

    // What no file system, or not every one, takes in a name.
    private static readonly SearchValues<char> NotInNames = SearchValues.Create("/\\:*?\"<>|");

    private static readonly string[] Names =
    [
        "NumberOfPreferredNeighbors", "UnchokingInterval", "OptimisticUnchokingInterval", "FileName", "FileSize",
        "PieceSize",
    ];

    /// <summary>Number of preferred neighbours; 2 by default.</summary>
    public int PreferredNeighbours { get; init; } = 2;

    /// <summary>Seconds between two choices of preferred neighbours; 5 by default.</summary>
    public int UnchokingSeconds { get; init; } = 5;

    /// <summary>Seconds between two draws of the optimistically unchoked neighbour; 15 by default.</summary>
    public int OptimisticSeconds { get; init; } = 15;

    /// <summary>Name of the file, without a folder; <c>TheFile.dat</c> by default.</summary>
    public string FileName { get; init; } = "TheFile.dat";

    /// <summary>Bytes of the file; 20 MiB by default.</summary>
    public long FileSize { get; init; } = DefaultFileSize;

    /// <summary>Bytes of a piece, a power of two from 16 KiB; 32 KiB by default.</summary>
    public int PieceSize { get; init; } = DefaultPieceSize;

    /// <summary>How neighbours are chosen, for the choker.</summary>
    public NeighbourOptions Neighbours => new()
    {
        Preferred = PreferredNeighbours,
        Interval = TimeSpan.FromSeconds(UnchokingSeconds),
        OptimisticInterval = TimeSpan.FromSeconds(OptimisticSeconds),
    };

    /// <summary>Reads the file; the line of every setting is kept for messages that come later.</summary>
    /// <exception cref="LabException">It is missing or says something that cannot be.</exception>
    public static (CommonConfig Config, IReadOnlyDictionary<string, int> Lines) Read(string path) =>
        Parse(path, StaticFiles.ReadLines(path));

    /// <summary>The file's text.</summary>
    public string Write()
    {
        StringBuilder text = new();
        object[] values =
            [PreferredNeighbours, UnchokingSeconds, OptimisticSeconds, FileName, FileSize, PieceSize];
        for (int i = 0; i < Names.Length; i++)
            text.Append(CultureInfo.InvariantCulture, $"{Names[i]} {values[i]}\n");
        return text.ToString();
    }

    /// <summary>Tells what is wrong with a name for the file, or null when it will do.</summary>
    internal static string? FaultOfName(string name) =>
        name.Length is 0 or > 200 || name is "." or ".." || name.AsSpan().IndexOfAny(NotInNames) >= 0
            || name.Any(char.IsControl)
            ? "is no plain name of a file" : null;

    internal static (CommonConfig, IReadOnlyDictionary<string, int>) Parse(string path, string[] lines)
    {
        Dictionary<string, int> at = [];
        Dictionary<string, string> values = [];
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            int blank = line.AsSpan().IndexOfAny(" \t");
            string name = blank < 0 ? line : line[..blank];
            if (!Names.Contains(name))
                throw LabException.At(path, i + 1, $"'{name}' is none of the settings {string.Join(", ", Names)}.");
            if (blank < 0) throw LabException.At(path, i + 1, $"{name} has no value.");
            if (!at.TryAdd(name, i + 1))
                throw LabException.At(path, i + 1, $"{name} stands in line {at[name]} already.");
            values[name] = line[(blank + 1)..].Trim();
        }
        if (Names.FirstOrDefault(n => !at.ContainsKey(n)) is { } missing)
            throw LabException.At(path, lines.Length, $"the file ends without {missing}; add a line with it.");
        CommonConfig config = new()
        {
            PreferredNeighbours = Number(Names[0], MaxNeighbours),
            UnchokingSeconds = Number(Names[1], MaxSeconds),
            OptimisticSeconds = Number(Names[2], MaxSeconds),
            FileName = values["FileName"],
            FileSize = Size(),
            PieceSize = Number("PieceSize", MaxPieceSize),
        };
        if (FaultOfName(config.FileName) is { } fault)
            throw LabException.At(path, at["FileName"], $"FileName '{config.FileName}' {fault}.");
        if (config.PieceSize < MinPieceSize || !int.IsPow2(config.PieceSize))
            throw LabException.At(
                path,
                at["PieceSize"],
                $"PieceSize {config.PieceSize} is not a power of two from {MinPieceSize} to {MaxPieceSize}.");
        return (config, at);

        int Number(string name, int most) =>
            int.TryParse(values[name], NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && number >= 1 && number <= most
                ? number
                : throw LabException.At(path, at[name], $"{name} '{values[name]}' is not a number from 1 to {most}.");

        long Size() =>
            long.TryParse(values["FileSize"], NumberStyles.None, CultureInfo.InvariantCulture, out long size)
                && size >= 1
                ? size
                : throw LabException.At(
                    path, at["FileSize"], $"FileSize '{values["FileSize"]}' is not a number of bytes from 1.");
    }
}
