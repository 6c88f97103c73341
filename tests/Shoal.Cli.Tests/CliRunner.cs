using Shoal.Cli.Output;

namespace Shoal.Cli.Tests;

/// <summary>What a command line wrote and how it ended.</summary>
internal sealed record CliOutcome(int ExitCode, string Out, string Error);

/// <summary>Runs command lines in this process, with streams and an environment of their own.</summary>
internal static class CliRunner
{
    public static Task<CliOutcome> RunAsync(params string[] args) => RunAsync([], args);

    public static Task<CliOutcome> RunAsync(Dictionary<string, string> environment, params string[] args) =>
        RunAsync(environment, typed: null, args);

    /// <summary>Runs a command line while something is typed.</summary>
    public static async Task<CliOutcome> RunAsync(
        Dictionary<string, string> environment, string? typed, string[] args)
    {
        using StringWriter output = new();
        using StringWriter error = new();
        CliHost host = new()
        {
            Out = output,
            Error = error,
            Environment = name => environment.GetValueOrDefault(name),
            OpenInput = typed is null ? null : () => new StringReader(typed),
        };
        int exitCode = await Application.RunAsync(host, args);
        return new CliOutcome(exitCode, output.ToString(), error.ToString());
    }

    public static TerminalOutput Output(
        TextWriter data,
        TextWriter messages,
        OutputMode mode = OutputMode.Text,
        bool quiet = false,
        bool live = false,
        Func<bool>? inForeground = null) =>
        new(
            new CliHost
            {
                Out = data,
                Error = messages,
                Environment = name => name == "NO_COLOR" ? "1" : null,
                ErrorIsTerminal = live,
                IsInForeground = inForeground ?? (() => true),
            },
            new OutputOptions(mode, quiet));
}
