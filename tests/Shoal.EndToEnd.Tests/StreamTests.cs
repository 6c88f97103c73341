using System.Text.Json;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

public sealed class StreamTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task With_json_there_is_one_object_on_standard_output()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 300_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);

        ProgramRun get = await ProgramRun.ToEndAsync(_home, seeder.Get(_home.Folder("to"), "--json"));

        Assert.Single(get.Ended(0).Output);
        Assert.Equal("completed", get.Json.GetProperty("ended").GetString());
        JsonElement torrent = get.Json.GetProperty("torrents")[0];
        Assert.True(torrent.GetProperty("complete").GetBoolean());
        Assert.Equal(300_000, torrent.GetProperty("size").GetInt64());
    }

    [Fact]
    public async Task With_json_lines_every_line_is_an_event_and_the_last_is_the_result()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 300_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);

        ProgramRun get = await ProgramRun.ToEndAsync(_home, seeder.Get(_home.Folder("to"), "--json-lines"));

        string?[] events =
            [.. get.Ended(0).Output.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("event").GetString())];
        Assert.Equal("started", events[0]);
        Assert.Contains("completed", events);
        Assert.Equal("result", events[^1]);
        Assert.Single(events, "result");
    }

    [Fact]
    public async Task Quiet_says_nothing_at_all_when_all_is_well()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 300_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);

        ProgramRun get = await ProgramRun.ToEndAsync(_home, seeder.Get(_home.Folder("to"), "--quiet"));

        Assert.Empty(get.Ended(0).Errors);
    }

    [Fact]
    public async Task Typing_prog_into_a_pipe_shows_the_progress_and_exit_leaves()
    {
        CancellationToken deadline = ProgramRun.Deadline();
        string content = SampleContent.SingleFile(_home.Folder("from"), 300_000);
        string torrent = _home.File("x.torrent");
        (await ProgramRun.ToEndAsync(_home, "create", content, "-o", torrent)).Ended(0);
        await using ClientProcess seed = ProgramRun.Start(
            _home, "seed", torrent, "--dir", _home.File("from"), "--bind", "127.0.0.1");
        await seed.ErrorLineAsync(l => l.StartsWith("Seeding", StringComparison.Ordinal), deadline);

        await seed.Input.WriteLineAsync("prog");
        await seed.Input.FlushAsync(deadline);
        // It is still checking, with a percentage, or seeding already; the line begins with the name either way.
        await seed.ErrorLineAsync(l => l.StartsWith("single file.bin", StringComparison.Ordinal), deadline);
        await seed.Input.WriteLineAsync("exit");
        await seed.Input.FlushAsync(deadline);

        Assert.Equal(0, await seed.ExitAsync(deadline));
    }

    [Fact]
    public async Task Typing_exit_before_a_get_is_complete_is_an_incomplete_download()
    {
        CancellationToken deadline = ProgramRun.Deadline();
        string content = SampleContent.SingleFile(_home.Folder("from"), 16_000_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content, seed: ["--up", "2MiB"]);
        await using ClientProcess get = ProgramRun.Start(_home, seeder.Get(_home.Folder("to"), "--json-lines"));
        await get.LineAsync(ProgressLine.HasPieces, deadline);
        // It cannot become complete before it is told to leave.
        seeder.Process.Pause();

        await get.Input.WriteLineAsync("exit");
        await get.Input.FlushAsync(deadline);

        Assert.Equal(7, await get.ExitAsync(deadline));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("sh")]
    public async Task The_bash_completion_is_a_script_that_shells_can_read(string shell)
    {
        ProgramRun completions = await ProgramRun.ToEndAsync(_home, "completions", "bash");
        string script = _home.File("completion");
        File.WriteAllLines(script, completions.Ended(0).Output);
        if (shell == "sh") return;

        ProgramRun check = await ProgramRun.ToEndAsync(ClientProcess.Start(_home.Path, ["bash", "-n", script]));

        check.Ended(0);
    }
}
