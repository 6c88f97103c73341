using System.CommandLine;
using Shoal.Cli.Commands;
using Shoal.Cli.Help;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Running;
using Shoal.Cli.Settings;

namespace Shoal.Cli;

/// <summary>From a command line to an exit code.</summary>
internal sealed class Application
{
    private static readonly string[] LaterCommands = ["send", "receive", "dht"];

    private readonly CliHost _host;
    private readonly OutputSettings _outputSettings;
    private readonly RootCommand _root;

    private Application(CliHost host)
    {
        _host = host;
        OptionFactory options = new(host.Environment);
        _outputSettings = new OutputSettings(options);
        _root = CommandTree.Build(options, _outputSettings, Attach, host.Columns);
    }

    /// <summary>Runs a command line to its end; the result is the exit code.</summary>
    public static Task<int> RunAsync(CliHost host, string[] args) => new Application(host).RunAsync(args);

    private async Task<int> RunAsync(string[] args)
    {
        // A path may begin with @, which would otherwise name a file with more arguments.
        ParserConfiguration parsing = new() { ResponseFileTokenReplacer = null };
        ParseResult result = _root.Parse(args, parsing);
        bool isHelp = result.Action is HelpPrinter;
        if (!isHelp && args.Length > 0 && LaterCommands.Contains(args[0]))
            return Refuse(result, $"The command {args[0]} is not available in this version.");
        if (!isHelp && CommandLineFault.Of(result) is { } fault)
            return Refuse(result, fault);

        InvocationConfiguration invocation = new()
        {
            Output = _host.Out,
            Error = _host.Error,
            EnableDefaultExceptionHandler = false,
            // The program has signal handlers of its own.
            ProcessTerminationTimeout = null,
        };
        return await result.InvokeAsync(invocation, CancellationToken.None);
    }

    // Gives a command its action: a context to work in, and an end for whatever it throws.
    private void Attach(Command command, Func<CommandContext, ParseResult, Task<int>> action) =>
        command.SetAction(async (result, _) =>
        {
            TerminalOutput output = new(_host, _outputSettings.Read(result));
            using StopSignals signals = new();
            string path = HelpPage.PathOf(command);
            CommandContext context = new(path, _host, output, signals);
            try
            {
                return await action(context, result);
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                int exitCode = StopSignals.ExitCodeOf(signals.End);
                output.Clear();
                output.Result(new FailureResult(path, exitCode, "Ended by a signal."));
                return exitCode;
            }
            catch (Exception error)
            {
                return Fail(output, path, error);
            }
        });

    private int Fail(TerminalOutput output, string command, Exception error)
    {
        int exitCode = FailureMap.ExitCodeOf(error);
        string sentence = FailureMap.Sentence(error);
        output.Clear();
        output.Warn($"shoal: {SafeText.Clean(sentence)}");
        if (_host.Environment("SHOAL_DEBUG") is "1") output.Warn(error.ToString());
        output.Result(new FailureResult(command, exitCode, sentence));
        return exitCode;
    }

    private int Refuse(ParseResult result, string sentence)
    {
        TerminalOutput output = new(_host, _outputSettings.Read(result));
        bool isRoot = result.CommandResult.Command == _root;
        string path = HelpPage.PathOf(result.CommandResult.Command);
        output.Warn($"shoal: {SafeText.Clean(sentence)} See: shoal {(isRoot ? "" : path + " ")}--help");
        output.Result(new FailureResult(isRoot ? null : path, ExitCode.Usage, sentence));
        return ExitCode.Usage;
    }
}
