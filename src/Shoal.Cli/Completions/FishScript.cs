using System.Text;

namespace Shoal.Cli.Completions;

/// <summary>The completion script for fish.</summary>
internal static class FishScript
{
    /// <summary>Writes the script.</summary>
    public static string Write(CompletionModel model)
    {
        StringBuilder script = new();
        script.Append("# Completion of shoal for fish:  shoal completions fish | source\n");
        script.Append("complete -c shoal -f\n");
        script.Append("complete -c shoal -n __fish_use_subcommand -l help -d 'Show help'\n");
        script.Append("complete -c shoal -n __fish_use_subcommand -l version -d 'Show the version'\n");
        foreach (CompletionCommand command in model.Commands)
        {
            script.Append("complete -c shoal -n __fish_use_subcommand");
            script.Append($" -a {command.Name} -d {Quote(command.Description)}\n");
            WriteCommand(script, command);
        }
        return script.ToString();
    }

    private static void WriteCommand(StringBuilder script, CompletionCommand command)
    {
        string line = $"complete -c shoal -n '__fish_seen_subcommand_from {command.Name}'";
        script.Append(command.Kind switch
        {
            ValueKind.Choice => $"{line} -a '{string.Join(' ', command.Choices)}'\n",
            ValueKind.File or ValueKind.Directory => $"{line} -F\n",
            _ => "",
        });
        foreach (CompletionOption option in command.Options)
        {
            script.Append(line);
            foreach (string name in option.Names)
                script.Append(name[1] == '-' ? $" -l {name[2..]}" : $" -s {name[1..]}");
            script.Append(option.Kind switch
            {
                ValueKind.None => "",
                ValueKind.Choice => $" -x -a '{string.Join(' ', option.Choices)}'",
                ValueKind.Directory => " -x -a '(__fish_complete_directories)'",
                ValueKind.File => " -r -F",
                _ => " -x",
            });
            script.Append($" -d {Quote(option.Description)}\n");
        }
    }

    private static string Quote(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
