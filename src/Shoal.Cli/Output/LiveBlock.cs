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

    private int _height;

    /// <summary>Draws the lines, over the ones before. Each must be shorter than the terminal is wide.</summary>
    public void Draw(IReadOnlyList<string> lines)
    {
        StringBuilder text = new();
        if (_height != lines.Count)
        {
            Erase(text, 0);
            foreach (string line in lines) text.Append(line).Append('\n');
        }
        else
        {
            text.Append(SaveCursor).Append(Up(_height));
            foreach (string line in lines) text.Append(line).Append(ClearToEndOfLine).Append('\n');
            text.Append(RestoreCursor);
        }
        _height = lines.Count;
        terminal.Write(text.ToString());
        terminal.Flush();
    }

    /// <summary>Removes the lines, so that something else can be written where they were.</summary>
    /// <param name="typedLines">Lines that the user has ended below the block since it was drawn.</param>
    public void Erase(int typedLines = 0)
    {
        StringBuilder text = new();
        Erase(text, typedLines);
        terminal.Write(text.ToString());
    }

    /// <summary>Leaves the lines as they are: others write to the terminal now.</summary>
    public void Forget() => _height = 0;

    private void Erase(StringBuilder text, int typedLines)
    {
        if (_height == 0) return;
        text.Append(Up(_height + typedLines)).Append(ClearToEndOfScreen);
        _height = 0;
    }

    private static string Up(int lines) => $"\r\e[{lines}A";
}
