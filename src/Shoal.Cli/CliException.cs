namespace Shoal.Cli;

/// <summary>
/// A command cannot go on. The message is one sentence that says what happened, to what, and what to do.
/// </summary>
internal sealed class CliException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>One of <see cref="Cli.ExitCode"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>A fault of the command line, exit code 2.</summary>
    public static CliException Usage(string message) => new(Cli.ExitCode.Usage, message);
}
