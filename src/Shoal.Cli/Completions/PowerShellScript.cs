using System.Text;

namespace Shoal.Cli.Completions;

/// <summary>
/// The completion script for PowerShell. Where it answers nothing, PowerShell completes names of files.
/// </summary>
internal static class PowerShellScript
{
    private const string Body = """
            $words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
            if ($wordToComplete -and $words.Count -gt 1) { $words = $words[0..($words.Count - 2)] }
            $command = $words | Select-Object -Skip 1 | Where-Object { $commands.Contains($_) } | Select-Object -First 1
            $before = $words[-1]
            $found = if (-not $command) { $commands.Keys }
                elseif ($values.ContainsKey("$command $before")) { $values["$command $before"] }
                elseif ($wordToComplete -like '-*') { $options[$command] }
                else { $arguments[$command] }
            $found | Where-Object { $_ -like "$wordToComplete*" } | Sort-Object | ForEach-Object {
                $about = if ($commands.Contains($_)) { $commands[$_] } else { $_ }
                [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $about)
            }
        """;

    /// <summary>Writes the script.</summary>
    public static string Write(CompletionModel model)
    {
        StringBuilder script = new();
        script.Append("# Completion of shoal for PowerShell:\n");
        script.Append("#     shoal completions powershell | Out-String | Invoke-Expression\n");
        script.Append("Register-ArgumentCompleter -Native -CommandName shoal -ScriptBlock {\n");
        script.Append("    param($wordToComplete, $commandAst, $cursorPosition)\n");
        script.Append("    $commands = [ordered]@{\n");
        foreach (CompletionCommand command in model.Commands)
            script.Append($"        {Quote(command.Name)} = {Quote(command.Description)}\n");
        script.Append("    }\n    $options = @{\n");
        foreach (CompletionCommand command in model.Commands)
            script.Append($"        {Quote(command.Name)} = {List(command.Options.SelectMany(o => o.Names))}\n");
        script.Append("    }\n    $arguments = @{\n");
        foreach (CompletionCommand command in model.Commands.Where(c => c.Kind == ValueKind.Choice))
            script.Append($"        {Quote(command.Name)} = {List(command.Choices)}\n");
        script.Append("    }\n    $values = @{\n");
        foreach (CompletionCommand command in model.Commands)
            foreach (CompletionOption option in command.Options.Where(o => o.Kind == ValueKind.Choice))
                foreach (string name in option.Names)
                    script.Append($"        {Quote($"{command.Name} {name}")} = {List(option.Choices)}\n");
        script.Append("    }\n").Append(Body.ReplaceLineEndings("\n")).Append("\n}\n");
        return script.ToString();
    }

    private static string List(IEnumerable<string> words) => $"@({string.Join(", ", words.Select(Quote))})";

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
