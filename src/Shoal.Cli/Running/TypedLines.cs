using System.Threading.Channels;

namespace Shoal.Cli.Running;

/// <summary>
/// Lines that the user or a script types while a transfer runs. The end of the input means nothing: a program started
/// with /dev/null or a closed pipe runs on.
/// </summary>
internal sealed class TypedLines
{
    /// <summary>Longest line that is kept; a stream without line ends must not fill the memory.</summary>
    private const int MaxLineChars = 4096;

    /// <summary>Lines that may wait to be taken.</summary>
    private const int MaxWaitingLines = 64;

    private readonly Channel<string> _lines = Channel.CreateBounded<string>(MaxWaitingLines);

    /// <summary>The lines; it completes when the input ends.</summary>
    public ChannelReader<string> Reader => _lines.Reader;

    /// <summary>Begins to read on a thread of its own, which ends with the process at the latest.</summary>
    public static TypedLines Start(Func<TextReader>? open)
    {
        TypedLines lines = new();
        if (open is null) return lines;
        Thread thread = new(() => lines.ReadAll(open)) { IsBackground = true, Name = "typed lines" };
        thread.Start();
        return lines;
    }

    /// <summary>Reads all lines of a text and completes.</summary>
    internal void ReadAll(Func<TextReader> open)
    {
        try
        {
            using TextReader reader = open();
            Span<char> line = stackalloc char[MaxLineChars];
            int length = 0;
            for (int next = reader.Read(); next >= 0; next = reader.Read())
            {
                if (next == '\n')
                {
                    _lines.Writer.TryWrite(line[..length].Trim().ToString());
                    length = 0;
                }
                else if (length < MaxLineChars)
                {
                    line[length++] = (char)next;
                }
            }
            if (length > 0) _lines.Writer.TryWrite(line[..length].Trim().ToString());
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No standard input at all is like one that has ended.
        }
        finally
        {
            _lines.Writer.TryComplete();
        }
    }
}
