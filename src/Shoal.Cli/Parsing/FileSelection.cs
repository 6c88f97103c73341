using System.Collections.Immutable;
using Shoal.Protocol.Torrents;

namespace Shoal.Cli.Parsing;

/// <summary>
/// Which files of a torrent to get, as typed after <c>--select</c>: numbers and ranges as <c>shoal inspect</c> shows
/// them (from 1), and name patterns, mixed and separated by commas.
/// </summary>
internal sealed class FileSelection
{
    private const StringSplitOptions Splitting =
        StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    /// <summary>Takes the values of every <c>--select</c> that was given.</summary>
    public FileSelection(IEnumerable<string> values) =>
        Terms = [.. values.SelectMany(v => v.Split(',', Splitting))];

    /// <summary>The single numbers, ranges and patterns.</summary>
    public ImmutableArray<string> Terms { get; }

    /// <summary>True when nothing was given, which selects every file.</summary>
    public bool IsEverything => Terms.IsEmpty;

    /// <summary>The numbers of the selected files from 0, padding not counted; null selects all.</summary>
    /// <exception cref="CliException">A term selects nothing.</exception>
    public ImmutableSortedSet<int>? Resolve(TorrentInfo info)
    {
        if (IsEverything) return null;
        ImmutableSortedSet<int>.Builder selected = ImmutableSortedSet.CreateBuilder<int>();
        string[] paths = [.. info.Files.Where(f => !f.IsPadding).Select(f => f.DisplayPath)];
        foreach (string term in Terms)
        {
            if (PieceParts.TryRange(term, out int first, out int last))
                AddNumbers(selected, paths.Length, first, last, term);
            else
                AddMatches(selected, paths, info, term);
        }
        return selected.ToImmutable();
    }

    private static void AddNumbers(
        ImmutableSortedSet<int>.Builder selected, int count, int first, int last, string term)
    {
        if (first < 1 || last > count)
            throw new CliException(
                ExitCode.NotFound,
                $"--select {term} does not fit: the files of this torrent have the numbers 1 to {count}.");
        for (int number = first; number <= last; number++) selected.Add(number - 1);
    }

    private static void AddMatches(
        ImmutableSortedSet<int>.Builder selected, string[] paths, TorrentInfo info, string term)
    {
        Glob glob = new(term);
        bool any = false;
        for (int i = 0; i < paths.Length; i++)
        {
            if (!glob.Matches(paths[i]) && (info.IsSingleFile || !glob.Matches($"{info.Name}/{paths[i]}"))) continue;
            selected.Add(i);
            any = true;
        }
        if (!any)
            throw new CliException(
                ExitCode.NotFound,
                $"--select {term} matches no file of this torrent; shoal inspect lists their names and numbers.");
    }
}
