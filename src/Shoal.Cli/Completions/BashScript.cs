using System.Text;

namespace Shoal.Cli.Completions;

/// <summary>
/// The completion script for bash. It keeps to what bash 3.2 knows, the one that macOS has; files are left to the
/// completion of names that readline has itself, which quotes them right.
/// </summary>
internal static class BashScript
{
    /// <summary>Writes the script.</summary>
    public static string Write(CompletionModel model)
    {
        string commands = string.Join(' ', model.Commands.Select(c => c.Name));
        StringBuilder script = new();
        script.Append("# Completion of shoal for bash:  eval \"$(shoal completions bash)\"\n");
        script.Append("_shoal() {\n");
        script.Append("    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n");
        script.Append("    local command='' words='' i\n");
        script.Append("    COMPREPLY=()\n");
        script.Append("    for ((i = 1; i < COMP_CWORD; i++)); do\n");
        script.Append("        case ${COMP_WORDS[i]} in\n");
        script.Append($"            {commands.Replace(' ', '|')}) command=${{COMP_WORDS[i]}}; break ;;\n");
        script.Append("        esac\n");
        script.Append("    done\n");
        script.Append("    case $command:$before in\n");
        foreach (CompletionCommand command in model.Commands) WriteValues(script, command);
        script.Append("    esac\n");
        script.Append("    if [[ -z $words ]]; then\n");
        script.Append("        case $command in\n");
        script.Append($"            '') words='{commands} --help --version' ;;\n");
        foreach (CompletionCommand command in model.Commands) WriteOptions(script, command);
        script.Append("        esac\n");
        script.Append("    fi\n");
        script.Append("    COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n");
        script.Append("}\n");
        script.Append("complete -o default -F _shoal shoal\n");
        return script.ToString();
    }

    // After an option with a value: its words, or nothing, which leaves the word to readline.
    private static void WriteValues(StringBuilder script, CompletionCommand command)
    {
        foreach (CompletionOption option in command.Options)
        {
            if (option.Kind == ValueKind.None) continue;
            string pattern = string.Join('|', option.Names.Select(n => $"{command.Name}:{n}"));
            script.Append(option.Kind == ValueKind.Choice
                ? $"        {pattern}) words='{string.Join(' ', option.Choices)}' ;;\n"
                : $"        {pattern}) return ;;\n");
        }
    }

    private static void WriteOptions(StringBuilder script, CompletionCommand command)
    {
        string options = string.Join(' ', command.Options.SelectMany(o => o.Names));
        string arguments = string.Join(' ', command.Choices);
        script.Append($"            {command.Name})\n");
        script.Append($"                [[ $word == -* ]] && words='{options}' || words='{arguments}' ;;\n");
    }
}
