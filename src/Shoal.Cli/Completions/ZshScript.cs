using System.Text;

namespace Shoal.Cli.Completions;

/// <summary>
/// The completion script for zsh, to be evaluated or to lie in a folder of <c>$fpath</c> as <c>_shoal</c>.
/// </summary>
internal static class ZshScript
{
    /// <summary>Writes the script.</summary>
    public static string Write(CompletionModel model)
    {
        StringBuilder script = new();
        script.Append("#compdef shoal\n");
        script.Append("# Completion of shoal for zsh:  eval \"$(shoal completions zsh)\"\n");
        script.Append("_shoal() {\n");
        script.Append("    local -a commands\n");
        script.Append("    commands=(\n");
        foreach (CompletionCommand command in model.Commands)
            script.Append($"        {Quote($"{command.Name}:{command.Description}")}\n");
        script.Append("    )\n");
        script.Append("    if (( CURRENT == 2 )); then\n");
        script.Append("        _describe command commands\n");
        script.Append("        return\n");
        script.Append("    fi\n");
        script.Append("    local command=$words[2]\n");
        script.Append("    shift words\n");
        script.Append("    (( CURRENT-- ))\n");
        script.Append("    case $command in\n");
        foreach (CompletionCommand command in model.Commands) WriteCommand(script, command);
        script.Append("    esac\n");
        script.Append("}\n");
        script.Append("if [[ $funcstack[1] == _shoal ]]; then _shoal \"$@\"; else compdef _shoal shoal; fi\n");
        return script.ToString();
    }

    private static void WriteCommand(StringBuilder script, CompletionCommand command)
    {
        script.Append($"        {command.Name})\n            _arguments");
        foreach (CompletionOption option in command.Options)
            foreach (string name in option.Names)
                script.Append($" \\\n                {Quote($"*{name}[{Escape(option.Description)}]{Value(option)}")}");
        if (command.Kind != ValueKind.None)
            script.Append($" \\\n                {Quote($"*:argument:{Action(command.Kind, command.Choices)}")}");
        script.Append("\n            ;;\n");
    }

    private static string Value(CompletionOption option) =>
        option.Kind == ValueKind.None ? "" : $":value:{Action(option.Kind, option.Choices)}";

    private static string Action(ValueKind kind, IEnumerable<string> choices) => kind switch
    {
        ValueKind.File => "_files",
        ValueKind.Directory => "_files -/",
        ValueKind.Choice => $"({string.Join(' ', choices)})",
        _ => " ",
    };

    private static string Escape(string text) =>
        text.Replace("[", "\\[", StringComparison.Ordinal)
            .Replace("]", "\\]", StringComparison.Ordinal)
            .Replace(":", "\\:", StringComparison.Ordinal);

    private static string Quote(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
