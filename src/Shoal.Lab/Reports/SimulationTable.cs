using System.Globalization;
using Shoal.Lab.Simulation;

namespace Shoal.Lab.Reports;

/// <summary>A simulation's figures as a table for a terminal.</summary>
public static class SimulationTable
{
    private static readonly string[] Heads =
    [
        "group", "peers", "complete", "p50", "p90", "p99", "p99.9", "slowest", "of bound", "sent each", "got each",
        "wasted",
    ];

    /// <summary>The lines of the table, and above it what the run was and how it compares with the bound.</summary>
    public static IReadOnlyList<string> Lines(SimulationResult result)
    {
        var rows = new List<string[]> { Heads };
        foreach (GroupSummary group in GroupSummary.Of(result)) rows.Add(Row(group));
        var lines = new List<string> { Headline(result) };
        for (int i = 0; i < rows.Count; i++) lines.Add(Line(rows, i));
        return lines;
    }

    /// <summary>The run in one sentence.</summary>
    public static string Headline(SimulationResult result)
    {
        string end = result.IsComplete ? "complete after" : "not complete after";
        string ratio = (result.Seconds / result.BoundSeconds).ToString("0.00", CultureInfo.InvariantCulture);
        string copies = result.SeedCopies.ToString("0.00", CultureInfo.InvariantCulture);
        return $"{result.Peers.Count} peers, {Figure.Bytes(result.Plan.ContentBytes)} in {result.PieceCount} pieces: "
            + $"{end} {Figure.Seconds(result.Seconds)}, {ratio} times the bound of "
            + $"{Figure.Seconds(result.BoundSeconds)}; each seed sent {copies} copies.";
    }

    /// <summary>What the peer that is farthest from its bound took of it; a dash for who needs nothing.</summary>
    internal static string OfBound(GroupSummary group) => group.IsSeed || group.OfBound.Count == 0
        ? "–" : group.OfBound.At(1).ToString("0.00", CultureInfo.InvariantCulture);

    private static string[] Row(GroupSummary group) =>
    [
        group.Name,
        group.Peers.ToString(CultureInfo.InvariantCulture),
        group.IsSeed ? "seed" : group.Complete.ToString(CultureInfo.InvariantCulture),
        Time(group, 0.5), Time(group, 0.9), Time(group, 0.99), Time(group, 0.999), Time(group, 1),
        OfBound(group),
        Figure.Bytes(group.UploadedBytes),
        Figure.Bytes(group.DownloadedBytes),
        Figure.Bytes(group.WastedBytes),
    ];

    private static string Time(GroupSummary group, double share) =>
        group.IsSeed ? "–" : Figure.Seconds(group.Took.At(share));

    private static string Line(List<string[]> rows, int row)
    {
        var cells = new List<string>();
        for (int column = 0; column < Heads.Length; column++)
        {
            int width = rows.Max(r => r[column].Length);
            cells.Add(column == 0 ? rows[row][column].PadRight(width) : rows[row][column].PadLeft(width));
        }
        return string.Join("  ", cells);
    }
}
