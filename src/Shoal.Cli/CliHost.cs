using Shoal.Cli.Running;

namespace Shoal.Cli;

/// <summary>All that the program touches of the process it runs in, so that tests can run it in another.</summary>
internal sealed class CliHost
{
    private const int Utf8CodePage = 65001;
    private static readonly string[] LocaleVariables = ["LC_ALL", "LC_CTYPE", "LANG"];

    /// <summary>Where data goes.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Where progress and messages go.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>True when <see cref="Error"/> is a terminal that understands control sequences.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>
    /// True when <see cref="Out"/> and <see cref="Error"/> are both a terminal, so that who reads one reads the other.
    /// </summary>
    public bool StreamsShareTerminal { get; init; }

    /// <summary>True when <see cref="Out"/> is a terminal, on which people read tables.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>True when somebody may type an answer.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>True when <see cref="Error"/> may be drawn on; false in the background of a shell.</summary>
    public Func<bool> IsInForeground { get; init; } = () => true;

    /// <summary>Opens standard input for reading lines; null when it must not be read.</summary>
    public Func<TextReader>? OpenInput { get; init; }

    /// <summary>Asks for a secret and reads it without showing it; null where nobody can be asked.</summary>
    public Func<string, string?>? ReadSecret { get; init; }

    /// <summary>Reads an environment variable; null when it is not set.</summary>
    public required Func<string, string?> Environment { get; init; }

    /// <summary>Characters in a line of the terminal.</summary>
    public Func<int> Columns { get; init; } = () => 80;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The host that is the real process.</summary>
    public static CliHost FromConsole() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        ErrorIsTerminal = Terminal.ErrorUnderstandsControl(),
        OutIsTerminal = !Console.IsOutputRedirected,
        InputIsTerminal = !Console.IsInputRedirected,
        StreamsShareTerminal = !Console.IsOutputRedirected && !Console.IsErrorRedirected,
        IsInForeground = Terminal.IsInForeground,
        OpenInput = Terminal.OpenInput,
        ReadSecret = Console.IsInputRedirected ? null : Terminal.ReadSecret,
        Environment = System.Environment.GetEnvironmentVariable,
        Columns = Terminal.Columns,
    };

    /// <summary>True when <see cref="Error"/> can show characters beyond ASCII.</summary>
    public bool ErrorIsUnicode => Error.Encoding.CodePage == Utf8CodePage
        && (OperatingSystem.IsWindows() || LocaleIsUtf8());

    // The first that is set decides (POSIX, environment variables of the locale).
    private bool LocaleIsUtf8()
    {
        string? locale = LocaleVariables.Select(Environment).FirstOrDefault(v => !string.IsNullOrEmpty(v));
        return locale is not null
            && (locale.Contains("UTF-8", StringComparison.OrdinalIgnoreCase)
                || locale.Contains("UTF8", StringComparison.OrdinalIgnoreCase));
    }
}
