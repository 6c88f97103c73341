using System.Globalization;
using System.Text;

namespace Shoal.Cli.Tests.Output;

/// <summary>A terminal of a few lines that understands just the control sequences that the program uses.</summary>
internal sealed class TestTerminal : TextWriter
{
    private readonly List<StringBuilder> _rows = [new()];
    private readonly StringBuilder _pending = new();
    private int _row;
    private int _column;
    private (int Row, int Column) _saved;

    public override Encoding Encoding => Encoding.UTF8;

    /// <summary>What stands on the screen, without blanks at the ends.</summary>
    public string Screen => string.Join('\n', _rows.Select(r => r.ToString().TrimEnd())).TrimEnd('\n');

    /// <summary>What a user does: the terminal itself shows the characters.</summary>
    public void Type(string text) => Write(text);

    /// <summary>What the terminal makes of its rows when its size changes; the cursor rests below them.</summary>
    public void Screenful(params string[] rows)
    {
        _rows.Clear();
        _rows.AddRange(rows.Append("").Select(row => new StringBuilder(row)));
        (_row, _column) = (rows.Length, 0);
    }

    public override void Write(char value)
    {
        _pending.Append(value);
        if (_pending[0] != '\e') Print();
        else if (_pending.Length > 2 ? char.IsAsciiLetter(value) : value is not ('\e' or '[')) Obey();
    }

    private void Print()
    {
        char value = _pending[0];
        _pending.Clear();
        switch (value)
        {
            case '\n':
                _row++;
                _column = 0;
                if (_row == _rows.Count) _rows.Add(new StringBuilder());
                break;
            case '\r':
                _column = 0;
                break;
            default:
                StringBuilder row = _rows[_row];
                while (row.Length <= _column) row.Append(' ');
                row[_column++] = value;
                break;
        }
    }

    private void Obey()
    {
        string sequence = _pending.ToString();
        _pending.Clear();
        switch (sequence)
        {
            case "\e7":
                _saved = (_row, _column);
                break;
            case "\e8":
                (_row, _column) = _saved;
                break;
            case "\e[K":
                _rows[_row].Length = Math.Min(_rows[_row].Length, _column);
                break;
            case "\e[J":
                _rows[_row].Length = Math.Min(_rows[_row].Length, _column);
                _rows.RemoveRange(_row + 1, _rows.Count - _row - 1);
                break;
            case ['\e', '[', .., 'm']:
                break;
            case ['\e', '[', .. string count, 'A']:
                _row -= int.Parse(count, CultureInfo.InvariantCulture);
                Assert.True(_row >= 0, "The cursor went above the screen.");
                break;
            default:
                Assert.Fail($"A terminal was sent {sequence[1..]}.");
                break;
        }
    }
}
