using System.Collections.Immutable;
using System.CommandLine;
using Shoal.Cli.Json;
using Shoal.Cli.Lab;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Settings;
using Shoal.Lab.Scenarios;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal lab run SCENARIO|all</c>: runs swarms as processes and judges their figures.</summary>
internal sealed class LabRunCommand
{
    private const string All = "all";

    private readonly Argument<string[]> _names = new("SCENARIO")
    {
        Description = "test1 to test8, all of them as all, or the path of a scenario file.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Setting<ImmutableArray<string>> _files;
    private readonly Setting<TimeSpan> _pause;
    private readonly Setting<bool> _tls;
    private readonly Setting<bool> _print;

    private LabRunCommand(OptionFactory options)
    {
        _files = options.Many<string>(
            "--file", "FILE", "File to move in place of the scenario's first; given again, of its next.",
            OptionFactory.Text);
        _pause = options.Value<TimeSpan>(
            "--pause", "TIME", "Time to look at the seeders before the downloaders start, such as 10s; default: none.",
            Duration.TryParse, TimeSpan.Zero);
        _tls = options.Flag("--tls", "Run the swarm as a private one, over TLS with a certificate for each process.");
        _print = options.Flag("--print", "Write the scenario's file to standard output instead of running it.");
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(OptionFactory options, AttachAction attach)
    {
        LabRunCommand run = new(options);
        Command command = new("run", "Run scenarios as processes on this machine, and judge their figures.")
        {
            run._names, run._files.Option, run._pause.Option, run._tls.Option, run._print.Option,
        };
        run._names.CompletionSources.Add([.. ScenarioLibrary.BuiltIn, All]);
        attach(command, run.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        string[] names = [.. result.GetRequiredValue(_names).SelectMany(n => n == All ? ScenarioLibrary.BuiltIn : [n])];
        if (_print.Of(result)) return Print(context, names);
        ScenarioLibrary library = new(new ScenarioSyntax());
        // What is wrong with the last is told before the first runs.
        foreach (string name in names) library.Find(name);
        ScenarioScreen screen = new(context.Output);
        ScenarioSeries series = new(library, new ScenarioOptions
        {
            Files = [.. _files.Of(result).Select(Found)],
            Pause = _pause.Of(result),
            Tls = _tls.Of(result),
            Watch = screen.Show,
        });
        List<ScenarioOutcome> outcomes = [];
        foreach (string name in names)
        {
            ScenarioOutcome outcome = await series.RunAsync(name, context.Stop);
            screen.Tell(outcome);
            outcomes.Add(outcome);
        }
        int passed = outcomes.Count(o => o.Passed);
        if (outcomes.Count > 1) context.Output.Data($"{passed} of {outcomes.Count} scenarios passed.");
        int exitCode = outcomes.Exists(o => !o.Identical) ? ExitCode.Integrity
            : passed < outcomes.Count ? ExitCode.Failed : ExitCode.Ok;
        context.Output.Result(new LabRunResult(exitCode, [.. outcomes.Select(ScenarioRecord.Of)]));
        return exitCode;
    }

    private static int Print(CommandContext context, string[] names)
    {
        foreach (string name in names)
        {
            if (!ScenarioLibrary.BuiltIn.Contains(name))
                throw CliException.Usage($"--print shows what comes with the program; '{name}' does not.");
            context.Output.Data(ScenarioLibrary.TextOf(name).TrimEnd('\n'));
        }
        return ExitCode.Ok;
    }

    private static string Found(string file) => File.Exists(file)
        ? Path.GetFullPath(file)
        : throw new CliException(ExitCode.NotFound, $"There is no file '{SafeText.Clean(file)}'.");
}
