using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Shoal.Cli.Output;

/// <summary>A table of a swarm on this machine: one row for each process.</summary>
internal static class PeerBoard
{
    // What the other columns take when every figure is as long as it gets.
    private const int OtherColumns = 74;
    private const int MinBarColumns = 6;
    private const int MaxBarColumns = 40;

    /// <summary>One row of the table.</summary>
    /// <param name="Role">What the process is.</param>
    /// <param name="Progress">Share that is complete, from 0 to 1; null in a row for all processes together.</param>
    /// <param name="DownRate">Bytes received per second.</param>
    /// <param name="UpRate">Bytes sent per second.</param>
    /// <param name="FromSeeders">Bytes had from seeders.</param>
    /// <param name="FromPeers">Bytes had from other downloaders.</param>
    public sealed record Row(
        string Role, double? Progress, double DownRate, double UpRate, long FromSeeders, long FromPeers)
    {
        /// <summary>Block bytes that went to others.</summary>
        public long SentBytes { get; init; }
    }

    /// <summary>The table as lines for a terminal.</summary>
    public static IReadOnlyList<string> Lines(IEnumerable<Row> rows, Palette palette, int columns)
    {
        int bar = Math.Clamp(columns - OtherColumns, MinBarColumns, MaxBarColumns);
        Table table = new Table().Border(TableBorder.None);
        foreach (string head in (ReadOnlySpan<string>)["", "", "", "down", "up", "from seeders", "from peers"])
            table.AddColumn(new TableColumn(new Text(head)).NoWrap().PadLeft(0).PadRight(2).RightAligned());
        table.Columns[^1].PadRight(0);
        table.Columns[0].LeftAligned();
        table.Columns[1].LeftAligned();
        foreach (Row row in rows)
        {
            table.AddRow(
                new Text(row.Role),
                row.Progress is { } share ? Bar(share, bar, palette.Unicode) : new Text(""),
                new Text(row.Progress is { } progress ? Units.Percent(progress) : ""),
                new Text(Units.Rate(row.DownRate)),
                new Text(Units.Rate(row.UpRate)),
                new Text(Units.Bytes(row.FromSeeders)),
                new Text(Units.Bytes(row.FromPeers)));
        }
        return Render(table, palette.Colours, columns);
    }

    private static Markup Bar(double share, int columns, bool unicode)
    {
        int filled = (int)Math.Clamp(share * columns, 0, columns);
        string done = new(unicode ? '━' : '#', filled);
        string rest = new(unicode ? '─' : '.', columns - filled);
        return new Markup($"[green]{done}[/][grey]{rest}[/]");
    }

    private static string[] Render(IRenderable what, bool colours, int columns)
    {
        using StringWriter text = new(CultureInfo.InvariantCulture);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(text),
        });
        console.Profile.Width = Math.Max(40, columns - 1);
        console.Profile.Capabilities.Unicode = true;
        console.Write(what);
        return text.ToString().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }
}
