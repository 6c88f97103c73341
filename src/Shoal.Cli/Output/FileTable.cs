using System.Globalization;
using Shoal.Protocol.Catalogues;

namespace Shoal.Cli.Output;

/// <summary>Files of a catalogue as a table for people, or as lines for scripts.</summary>
internal static class FileTable
{
    /// <summary>Characters of a hash that tell files apart; the plain lines have all of it.</summary>
    private const int ShownHashChars = 12;

    /// <summary>Columns of everything but the name: size, sources, hash and the gaps between.</summary>
    private const int OtherColumns = 2 + 10 + 2 + 7 + 2 + ShownHashChars;

    private const int MinNameColumns = 12;

    /// <summary>A head and a line for each file, none wider than the terminal where that is possible.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<FileEntry> files, int columns)
    {
        if (files.Count == 0) yield break;
        int longest = files.Max(f => SafeText.Columns(SafeText.Clean(f.FileName)));
        int width = Math.Clamp(longest, MinNameColumns, Math.Max(MinNameColumns, columns - OtherColumns - 1));
        yield return Line("NAME", "SIZE", "SOURCES", "HASH", width);
        foreach (FileEntry file in files)
        {
            yield return Line(
                SafeText.Fit(file.FileName, width),
                Units.Bytes(file.FileSize),
                Number(Math.Max(file.PeersCount, file.Seeders)),
                SafeText.Fit(file.FileHash, ShownHashChars),
                width);
        }
    }

    /// <summary>Hash, bytes, endpoints, seeders, leechers and name of each file, with tabs between.</summary>
    public static IEnumerable<string> PlainLines(IReadOnlyList<FileEntry> files) => files.Select(f => string.Join(
        '\t', f.FileHash, Number(f.FileSize), Number(f.PeersCount), Number(f.Seeders), Number(f.Leechers),
        SafeText.Clean(f.FileName)));

    private static string Line(string name, string size, string sources, string hash, int width) =>
        $"{name}{new string(' ', Math.Max(0, width - SafeText.Columns(name)))}  {size,10}  {sources,7}  {hash}";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
