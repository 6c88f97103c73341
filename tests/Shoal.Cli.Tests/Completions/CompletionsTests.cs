namespace Shoal.Cli.Tests.Completions;

public sealed class CompletionsTests
{
    [Theory]
    [InlineData("bash", "complete -o default -F _shoal shoal")]
    [InlineData("zsh", "#compdef shoal")]
    [InlineData("fish", "complete -c shoal -n __fish_use_subcommand -a get")]
    [InlineData("powershell", "Register-ArgumentCompleter -Native -CommandName shoal")]
    public async Task Every_shell_has_a_script_made_from_the_command_tree(string shell, string line)
    {
        CliOutcome outcome = await CliRunner.RunAsync("completions", shell);
        Assert.Equal(ExitCode.Ok, outcome.ExitCode);
        Assert.Contains(line, outcome.Out, StringComparison.Ordinal);
        foreach (string word in (string[])["share", "keep-seeding", "no-verify", "piece-size", "json-lines", "hybrid"])
            Assert.Contains(word, outcome.Out, StringComparison.Ordinal);
        foreach (string hidden in (string[])["dht-bootstrap", "end-with-input", "-?"])
            Assert.DoesNotContain(hidden, outcome.Out, StringComparison.Ordinal);
        Assert.Equal("", outcome.Error);
    }
}
