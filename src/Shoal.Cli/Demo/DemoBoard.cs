using System.Globalization;
using Shoal.Cli.Output;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Shoal.Cli.Demo;

/// <summary>The live table of the demo: one row for each process.</summary>
internal static class DemoBoard
{
    private const int BarColumns = 24;

    /// <summary>One row of the table.</summary>
    /// <param name="Role">What the process is.</param>
    /// <param name="State">Its state in a word.</param>
    /// <param name="Progress">Share that is complete, from 0 to 1.</param>
    /// <param name="DownRate">Bytes received per second.</param>
    /// <param name="UpRate">Bytes sent per second.</param>
    /// <param name="FromSeeder">Bytes had from the seeder.</param>
    /// <param name="FromPeers">Bytes had from other downloaders.</param>
    public sealed record Row(
        string Role, string State, double Progress, double DownRate, double UpRate, long FromSeeder, long FromPeers);

    /// <summary>The table as lines for a terminal.</summary>
    public static IReadOnlyList<string> Lines(IEnumerable<Row> rows, Output.Palette palette, int columns)
    {
        Table table = new Table().Border(palette.Unicode ? TableBorder.Rounded : TableBorder.Ascii);
        table.AddColumns("", "progress", "", "down", "up", "from seeder", "from peers");
        foreach (int number in (ReadOnlySpan<int>)[2, 3, 4, 5, 6]) table.Columns[number].RightAligned();
        foreach (Row row in rows)
        {
            table.AddRow(
                new Text(row.Role),
                Bar(row.Progress, palette.Unicode),
                new Text(row.Progress >= 1 ? row.State : Units.Percent(row.Progress)),
                new Text(Units.Rate(row.DownRate)),
                new Text(Units.Rate(row.UpRate)),
                new Text(Units.Bytes(row.FromSeeder)),
                new Text(Units.Bytes(row.FromPeers)));
        }
        return Render(table, palette.Colours, columns);
    }

    private static Markup Bar(double share, bool unicode)
    {
        int filled = (int)Math.Clamp(share * BarColumns, 0, BarColumns);
        string done = new(unicode ? '━' : '#', filled);
        string rest = new(unicode ? '─' : '-', BarColumns - filled);
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
