using System.Text;

namespace Shoal.Cli.Output;

/// <summary>
/// Some lines at the foot of a terminal that are redrawn in place. The cursor rests below them, where what the user
/// types appears; redrawing leaves that as it is.
/// </summary>
/// <remarks>Not safe for threads: <see cref="TerminalOutput"/> owns it and guards it.</remarks>
internal sealed class LiveBlock(TextWriter terminal)
{
    private const string SaveCursor = "\e7";
    private const string RestoreCursor = "\e8";
    private const string ClearToEndOfLine = "\e[K";
    private const string ClearToEndOfScreen = "\e[J";

    private int[] _widths = [];
    private int _columns;

    /// <summary>Draws the lines, over the ones before. Each must be shorter than the terminal is wide.</summary>
    /// <param name="lines">Text, with control sequences for colours at the most.</param>
    /// <param name="columns">Columns of the terminal now.</param>
    public void Draw(IReadOnlyList<string> lines, int columns)
    {
        StringBuilder text = new();
        if (_widths.Length != lines.Count || _columns != columns)
        {
            Erase(text, 0, columns);
            foreach (string line in lines) text.Append(line).Append('\n');
        }
        else
        {
            text.Append(SaveCursor).Append(Up(lines.Count));
            foreach (string line in lines) text.Append(line).Append(ClearToEndOfLine).Append('\n');
            text.Append(RestoreCursor);
        }
        _widths = [.. lines.Select(SafeText.PrintedColumns)];
        _columns = columns;
        terminal.Write(text.ToString());
        terminal.Flush();
    }

    /// <summary>Removes the lines, so that something else can be written where they were.</summary>
    /// <param name="columns">Columns of the terminal now.</param>
    /// <param name="typedLines">Lines that the user has ended below the block since it was drawn.</param>
    public void Erase(int columns, int typedLines = 0)
    {
        StringBuilder text = new();
        Erase(text, typedLines, columns);
        terminal.Write(text.ToString());
    }

    /// <summary>Leaves the lines as they are: others write to the terminal now.</summary>
    public void Forget() => _widths = [];

    private void Erase(StringBuilder text, int typedLines, int columns)
    {
        if (_widths.Length == 0) return;
        // A terminal that has become narrower shows what was one line as several.
        int rows = _widths.Sum(width => Math.Max(1, (width + columns - 1) / columns));
        text.Append(Up(rows + typedLines)).Append(ClearToEndOfScreen);
        _widths = [];
    }

    private static string Up(int lines) => $"\r\e[{lines}A";
}
