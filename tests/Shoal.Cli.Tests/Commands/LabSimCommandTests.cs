using System.Text.Json;

namespace Shoal.Cli.Tests.Commands;

public sealed class LabSimCommandTests
{
    [Fact]
    public async Task A_swarm_is_run_and_told_as_a_table()
    {
        CliOutcome run = await CliRunner.RunAsync("lab", "sim", "--peers", "5", "--size", "2MiB", "--check");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("6 peers, 2 MiB in 2 pieces: complete after", run.Out, StringComparison.Ordinal);
        Assert.Contains("\npeers ", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_seed_tells_the_same_figures()
    {
        string[] line = ["lab", "sim", "--peers", "5", "--size", "2MiB", "--seed", "7", "--json"];
        CliOutcome first = await CliRunner.RunAsync(line);
        CliOutcome second = await CliRunner.RunAsync(line);
        Assert.Equal(first.Out, second.Out);
        using JsonDocument json = JsonDocument.Parse(first.Out);
        Assert.True(json.RootElement.GetProperty("complete").GetBoolean());
        Assert.Equal(2, json.RootElement.GetProperty("groups").GetArrayLength());
    }

    [Fact]
    public async Task A_swarm_that_is_not_done_in_time_ends_with_the_code_for_incomplete()
    {
        CliOutcome run = await CliRunner.RunAsync("lab", "sim", "--peers", "5", "--size", "64MiB", "--limit", "5s");
        Assert.Equal(7, run.ExitCode);
        Assert.Contains("not complete after", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_is_not_there_is_told()
    {
        CliOutcome run = await CliRunner.RunAsync("lab", "sim", "/nowhere/plan.json");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("There is no file '/nowhere/plan.json'.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_and_options_that_say_what_a_swarm_is_do_not_go_together()
    {
        CliOutcome run = await CliRunner.RunAsync("lab", "sim", "plan.json", "--peers", "7");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--peers and a file with a plan do not go together", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_command_line_names_the_help_of_the_whole_command()
    {
        CliOutcome run = await CliRunner.RunAsync("lab", "static", "1001", "--up", "fast");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("See: shoal lab static --help", run.Error, StringComparison.Ordinal);
    }
}
