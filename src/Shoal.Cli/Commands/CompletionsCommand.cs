using System.CommandLine;
using Shoal.Cli.Completions;

namespace Shoal.Cli.Commands;

/// <summary><c>shoal completions SHELL</c>: prints a script that completes the command line in a shell.</summary>
internal sealed class CompletionsCommand
{
    private static readonly string[] Shells = ["bash", "zsh", "fish", "powershell"];

    private readonly Argument<string> _shell = new("SHELL") { Description = "bash, zsh, fish or powershell." };
    private readonly RootCommand _root;

    private CompletionsCommand(RootCommand root)
    {
        _root = root;
        _shell.CompletionSources.Add(Shells);
        _shell.Validators.Add(result =>
        {
            string typed = result.Tokens.Count > 0 ? result.Tokens[0].Value : "";
            if (!Shells.Contains(typed)) result.AddError($"'{typed}' is not one of {string.Join(", ", Shells)}.");
        });
    }

    /// <summary>Builds the command.</summary>
    public static Command Build(AttachAction attach, RootCommand root)
    {
        CompletionsCommand completions = new(root);
        Command command = new("completions", "Print a completion script for a shell.") { completions._shell };
        attach(command, completions.RunAsync);
        return command;
    }

    private Task<int> RunAsync(CommandContext context, ParseResult result)
    {
        CompletionModel model = CompletionModel.Of(_root);
        string script = result.GetRequiredValue(_shell) switch
        {
            "zsh" => ZshScript.Write(model),
            "fish" => FishScript.Write(model),
            "powershell" => PowerShellScript.Write(model),
            _ => BashScript.Write(model),
        };
        context.Output.Data(script.TrimEnd('\n'));
        return Task.FromResult(ExitCode.Ok);
    }
}
