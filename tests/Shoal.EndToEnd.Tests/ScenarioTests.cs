using System.Runtime.InteropServices;
using System.Text.Json;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

public sealed class ScenarioTests : IDisposable
{
    private const string TwoHalves = """
        [scenario]
        title = two halves

        [file content.bin]
        size = 2MiB
        piece-size = 16KiB

        [seeder]
        have = 0-50%
        up = 384KiB

        [seeder]
        have = 50-100%
        missing = 127
        up = 384KiB

        [seeder]
        missing = 0-126

        [downloaders]
        count = 2
        file = content.bin

        [expect]
        active-seeders >= 3
        at-once >= 2

        """;

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_scenario_of_ones_own_moves_a_file_of_ones_own_and_leaves_nothing_behind()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 3_000_001);
        ProgramRun run = await RunAsync(TwoHalves, "--file", content, "--json");

        JsonElement scenario = Assert.Single(run.Ended(0).Json.GetProperty("scenarios").EnumerateArray());
        Assert.Equal("own", scenario.GetProperty("name").GetString());
        Assert.True(scenario.GetProperty("passed").GetBoolean());
        Assert.True(scenario.GetProperty("identical").GetBoolean());
        Assert.Equal(2 * 3_000_001, scenario.GetProperty("size").GetInt64());
        JsonElement[] peers = [.. scenario.GetProperty("peers").EnumerateArray()];
        Assert.Equal(
            ["seeder 1", "seeder 2", "seeder 3", "downloader 1", "downloader 2"],
            peers.Select(p => p.GetProperty("role").GetString()));
        Assert.Equal(0.5, peers[0].GetProperty("had").GetDouble(), 0.01);
        foreach (JsonElement downloader in peers[3..])
            Assert.Equal(3_000_001, downloader.GetProperty("from_seeders").GetInt64()
                + downloader.GetProperty("from_peers").GetInt64(), 200_000.0);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task What_does_not_come_true_fails_and_says_by_how_much()
    {
        ProgramRun run = await RunAsync(TwoHalves + "seeder-copies >= 50\nseconds >= 0.001 * own.seconds\n");

        Assert.Contains(run.Ended(1).Output, line =>
            line.StartsWith("  FAIL seeder-copies ", StringComparison.Ordinal)
            && line.EndsWith(", at least 50.00 expected", StringComparison.Ordinal));
        Assert.Contains("  pass every copy is the original, byte for byte", run.Output);
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task What_is_wrong_in_a_scenario_is_told_with_file_and_line_before_anything_runs()
    {
        ProgramRun run = await RunAsync(TwoHalves.Replace("have = 0-50%", "have = a half", StringComparison.Ordinal));

        Assert.Equal(
            "shoal: own.scenario line 9: have 'a half' is not a list of shares such as 0-20%,40-60%.",
            Assert.Single(run.Ended(1).Errors));
    }

    [Fact]
    public async Task A_signal_ends_all_processes_and_removes_everything()
    {
        CancellationToken deadline = ProgramRun.Deadline();
        File.WriteAllText(
            _home.File("own.scenario"), TwoHalves.Replace("384KiB", "20KiB", StringComparison.Ordinal));
        await using ClientProcess run = Start("lab", "run", "own.scenario");
        await run.ErrorLineAsync(l => l.StartsWith("downloader 1 ", StringComparison.Ordinal), deadline);

        run.Signal(PosixSignal.SIGINT);

        Assert.Equal(130, await run.ExitAsync(deadline));
        AssertNothingIsLeft();
    }

    [Fact]
    public async Task Five_seeders_with_a_fifth_each_are_faster_than_three_that_overlap()
    {
        // Upload limits make it so, five seconds against eight; but what else the machine does may take a second from
        // one of the two.
        ProgramRun run = await ProgramRun.ToEndAsync(Start("lab", "run", "test2", "--json"));
        for (int more = 2; more > 0 && run.ExitCode == 1; more--)
            run = await ProgramRun.ToEndAsync(Start("lab", "run", "test2", "--json"));

        JsonElement check = run.Ended(0).Json.GetProperty("scenarios")[0].GetProperty("checks")[1];
        Assert.Equal("seconds <= 0.8 * test1.seconds", check.GetProperty("expect").GetString());
    }

    private async Task<ProgramRun> RunAsync(string scenario, params string[] options)
    {
        File.WriteAllText(_home.File("own.scenario"), scenario);
        return await ProgramRun.ToEndAsync(Start(["lab", "run", "own.scenario", .. options]));
    }

    private ClientProcess Start(params string[] arguments) => ClientProcess.Start(
        _home.Path,
        [Checkout.Program, .. arguments],
        new Dictionary<string, string> { ["TMPDIR"] = _home.Folder("tmp") });

    private void AssertNothingIsLeft() =>
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(_home.File("tmp")), p => p.Contains("shoal-lab"));
}
