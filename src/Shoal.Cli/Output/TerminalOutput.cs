using System.Text.Json;
using Shoal.Cli.Json;

namespace Shoal.Cli.Output;

/// <summary>
/// The one place through which a command writes: data to standard output, everything else to standard error, JSON
/// where it is asked for. Its members may be called from any thread.
/// </summary>
internal sealed class TerminalOutput
{
    private readonly CliHost _host;
    private readonly LiveBlock? _live;
    private readonly Lock _gate = new();
    private IReadOnlyList<string> _shown = [];

    /// <summary>Writes to the host's streams.</summary>
    public TerminalOutput(CliHost host, OutputOptions options)
    {
        _host = host;
        Options = options;
        if (host.ErrorIsTerminal && !options.Quiet) _live = new LiveBlock(host.Error);
        Palette = new Palette(
            host.ErrorIsTerminal && string.IsNullOrEmpty(host.Environment("NO_COLOR")), host.ErrorIsUnicode);
    }

    /// <summary>What is written, and how much.</summary>
    public OutputOptions Options { get; }

    /// <summary>Colours and signs that the terminal can show.</summary>
    public Palette Palette { get; }

    /// <summary>True when progress is a block that is redrawn rather than a line now and then.</summary>
    public bool IsLive => _live is not null;

    /// <summary>True when people read data and messages on one screen, so that neither repeats the other.</summary>
    public bool DataIsBesideMessages =>
        _host.StreamsShareTerminal && Options is { Mode: OutputMode.Text, Quiet: false };

    /// <summary>Characters in a line of the terminal.</summary>
    public int Columns => _host.Columns();

    /// <summary>True when the final JSON object was written.</summary>
    public bool HasResult { get; private set; }

    /// <summary>A line of data for scripts; left out when the data is JSON.</summary>
    public void Data(string line)
    {
        if (Options.Mode == OutputMode.Text) Write(_host.Out, line);
    }

    /// <summary>A message that <c>--quiet</c> leaves out.</summary>
    public void Say(string message)
    {
        if (!Options.Quiet) Write(_host.Error, message);
    }

    /// <summary>A message that always shows: a warning, an error, or the answer to something typed.</summary>
    public void Warn(string message) => Write(_host.Error, message);

    /// <summary>An event, written when they are asked for.</summary>
    public void Event(JsonRecord record)
    {
        if (Options.Mode == OutputMode.JsonLines) WriteJson(record);
    }

    /// <summary>The final object, written in both forms of JSON. Only the first counts.</summary>
    public void Result(JsonRecord record)
    {
        if (Options.Mode == OutputMode.Text || HasResult) return;
        HasResult = true;
        WriteJson(record);
    }

    /// <summary>
    /// Shows lines at the foot of the terminal in place of those before; nothing where there is none, or while another
    /// program has it.
    /// </summary>
    public void Show(IReadOnlyList<string> lines)
    {
        if (_live is null) return;
        lock (_gate)
        {
            bool isOurs = _host.IsInForeground();
            _shown = isOurs ? lines : [];
            if (isOurs) _live.Draw(lines, Columns);
            else _live.Forget();
        }
    }

    /// <summary>Removes what <see cref="Show"/> has shown.</summary>
    public void Clear() => Erase(typedLines: 0);

    /// <summary>Tells that the user has ended a line, which moved the cursor one line down.</summary>
    public void LineTyped() => Erase(typedLines: 1);

    private void Erase(int typedLines)
    {
        if (_live is null) return;
        lock (_gate)
        {
            _live.Erase(Columns, typedLines);
            _shown = [];
            _host.Error.Flush();
        }
    }

    private void WriteJson(JsonRecord record) =>
        Write(_host.Out, JsonSerializer.Serialize(record, record.GetType(), JsonContext.Default));

    private void Write(TextWriter writer, string line)
    {
        lock (_gate)
        {
            // Both streams can be the same terminal, so the block makes room for either.
            _live?.Erase(Columns);
            writer.Write(line + '\n');
            writer.Flush();
            if (_shown.Count > 0) _live?.Draw(_shown, Columns);
        }
    }
}
