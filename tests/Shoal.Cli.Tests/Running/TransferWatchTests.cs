using Shoal.Cli.Output;
using Shoal.Cli.Running;
using Shoal.Engine;

namespace Shoal.Cli.Tests.Running;

public sealed class TransferWatchTests : IDisposable
{
    private readonly StringWriter _data = new();
    private readonly StringWriter _messages = new();
    private readonly FakeTransfer _transfer = new();

    public void Dispose()
    {
        _data.Dispose();
        _messages.Dispose();
    }

    [Fact]
    public void A_download_ends_when_it_is_complete()
    {
        TransferWatch watch = Watch(new RunGoal { EndsWhenComplete = true });
        Assert.Null(watch.Step(Seconds(0)));
        _transfer.State = FakeTransfer.Fresh(TorrentState.Downloading, completed: 10);
        Assert.Null(watch.Step(Seconds(1)));
        _transfer.Complete();
        Assert.Equal(RunEnd.Completed, watch.Step(Seconds(2)));
        Assert.Equal(ExitCode.Ok, watch.ExitCodeOf(RunEnd.Completed));
    }

    [Fact]
    public void A_download_that_keeps_seeding_does_not_end()
    {
        TransferWatch watch = Watch(new RunGoal());
        _transfer.Complete();
        Assert.Null(watch.Step(Seconds(0)));
        Assert.Null(watch.Step(Seconds(100_000)));
    }

    [Fact]
    public void Nothing_from_anyone_in_time_is_not_found()
    {
        TransferWatch watch = Watch(new RunGoal { Timeout = Seconds(30) });
        Assert.Null(watch.Step(Seconds(0)));
        Assert.Null(watch.Step(Seconds(29.9)));
        Assert.Equal(RunEnd.TimedOut, watch.Step(Seconds(30)));
        Assert.Equal(ExitCode.NotFound, watch.ExitCodeOf(RunEnd.TimedOut));
    }

    [Fact]
    public void A_download_that_stops_halfway_is_incomplete_and_its_time_begins_with_the_last_block()
    {
        TransferWatch watch = Watch(new RunGoal { Timeout = Seconds(30) });
        watch.Step(Seconds(0));
        _transfer.State = FakeTransfer.Fresh(TorrentState.Downloading, completed: 10);
        Assert.Null(watch.Step(Seconds(29)));
        Assert.Null(watch.Step(Seconds(58)));
        Assert.Equal(RunEnd.TimedOut, watch.Step(Seconds(59)));
        Assert.Equal(ExitCode.Incomplete, watch.ExitCodeOf(RunEnd.TimedOut));
    }

    [Fact]
    public void A_long_check_is_progress()
    {
        TransferWatch watch = Watch(new RunGoal { Timeout = Seconds(30) });
        for (int i = 0; i < 10; i++)
        {
            _transfer.State = FakeTransfer.Fresh(TorrentState.Checking) with { CheckedFraction = i / 10.0 };
            Assert.Null(watch.Step(Seconds(i * 20)));
        }
    }

    [Fact]
    public void A_seeder_never_times_out()
    {
        TransferWatch watch = Watch(new RunGoal { Timeout = Seconds(30) });
        _transfer.Complete();
        watch.Step(Seconds(0));
        Assert.Null(watch.Step(Seconds(1000)));
    }

    [Theory]
    [InlineData(TorrentError.Disk, ExitCode.Disk)]
    [InlineData(TorrentError.Integrity, ExitCode.Integrity)]
    [InlineData(TorrentError.Other, ExitCode.Failed)]
    public void A_failure_has_the_exit_code_of_its_kind(TorrentError kind, int exitCode)
    {
        TransferWatch watch = Watch(new RunGoal());
        _transfer.Fail(new TorrentException(kind, "The disk is full."));
        Assert.Equal(RunEnd.Failed, watch.Step(Seconds(1)));
        Assert.Equal(exitCode, watch.ExitCodeOf(RunEnd.Failed));
        Assert.Equal("The disk is full.", watch.ErrorOf(RunEnd.Failed));
    }

    [Theory]
    [InlineData(RunEnd.Asked, true, ExitCode.Incomplete)]
    [InlineData(RunEnd.Asked, false, ExitCode.Ok)]
    [InlineData(RunEnd.Interrupted, true, 130)]
    [InlineData(RunEnd.Terminated, false, 143)]
    [InlineData(RunEnd.HungUp, false, 129)]
    internal void Leaving_early_is_incomplete_for_who_wants_data(RunEnd end, bool wantsData, int exitCode)
    {
        TransferWatch watch = Watch(new RunGoal(), wantsData);
        watch.Step(Seconds(0));
        Assert.Equal(exitCode, watch.ExitCodeOf(end));
    }

    [Fact]
    public void Completion_is_told_once_and_with_its_time()
    {
        List<TransferProgress> told = [];
        TransferWatch watch = Watch(new RunGoal(), completed: told.Add);
        watch.Step(Seconds(10));
        _transfer.State = FakeTransfer.Fresh(TorrentState.Downloading);
        watch.Step(Seconds(10.2));
        _transfer.State = FakeTransfer.Fresh(TorrentState.Downloading, completed: 1000);
        _transfer.Complete();
        watch.Step(Seconds(14));
        watch.Step(Seconds(15));
        TransferProgress progress = Assert.Single(told);
        Assert.Equal(Seconds(4), progress.DownloadTime);
        Assert.Equal("sample is complete: 0.98 KiB in 4.0 s, 250 B/s on average.", progress.FinalLine());
    }

    [Fact]
    public void A_download_between_two_looks_has_a_time_too()
    {
        TransferWatch watch = Watch(new RunGoal { EndsWhenComplete = true });
        watch.Step(Seconds(1));
        _transfer.State = FakeTransfer.Fresh(TorrentState.Downloading, completed: 1000);
        _transfer.Complete();
        Assert.Equal(RunEnd.Completed, watch.Step(Seconds(1.1)));
        Assert.Equal(Seconds(0.1), watch.Progress[0].DownloadTime);
    }

    [Fact]
    public void What_was_there_already_takes_no_time()
    {
        TransferWatch watch = Watch(new RunGoal());
        _transfer.ContentPath = "/data/sample";
        _transfer.Complete();
        watch.Step(Seconds(5));
        Assert.Equal(TimeSpan.Zero, watch.Progress[0].DownloadTime);
        Assert.Equal("/data/sample is complete: 0.98 KiB.", watch.Progress[0].FinalLine());
    }

    [Fact]
    public void Without_a_terminal_there_is_a_line_every_five_seconds_while_something_changes()
    {
        TransferWatch watch = Watch(new RunGoal());
        _transfer.State = FakeTransfer.Fresh(TorrentState.Downloading, completed: 500);
        for (int second = 0; second < 60; second++)
        {
            _transfer.State = _transfer.State with { Elapsed = Seconds(second) };
            watch.Step(Seconds(second));
        }
        Assert.Equal(
            "sample: 50.0% of 0.98 KiB, looking for peers, down 0 B/s  up 0 B/s  0 peers\n", _messages.ToString());
    }

    [Fact]
    public void Json_lines_tell_each_second_what_changed_and_write_no_lines_for_people()
    {
        TransferWatch watch = Watch(new RunGoal { ReportsPeers = true }, mode: OutputMode.JsonLines);
        for (int step = 0; step < 40; step++)
        {
            _transfer.State = FakeTransfer.Fresh(TorrentState.Downloading, completed: Math.Min(step, 20));
            watch.Step(Seconds(step / 4.0));
        }
        string[] lines = _data.ToString().TrimEnd().Split('\n');
        Assert.Equal(6, lines.Length);
        const string start = "{\"event\":\"progress\",\"info_hash\":\"abab";
        Assert.All(lines, l => Assert.StartsWith(start, l, StringComparison.Ordinal));
        Assert.Contains(
            "\"peer_list\":[{\"address\":\"127.0.0.1:6881\",\"incoming\":false,\"encryption\":\"plain\","
                + "\"client\":\"Sample 1.0\",\"pieces\":3,"
                + "\"downloaded\":5,\"uploaded\":6,\"down_rate\":7,\"up_rate\":8}]",
            lines[0],
            StringComparison.Ordinal);
        Assert.Equal("", _messages.ToString());
    }

    [Fact]
    public void Json_lines_tell_the_torrent_once_its_metadata_is_there()
    {
        TransferWatch watch = Watch(new RunGoal(), mode: OutputMode.JsonLines);
        watch.Step(Seconds(0));
        _transfer.Metainfo = SampleTorrents.File("a b.bin", 20_000);
        watch.Step(Seconds(0.1));
        watch.Step(Seconds(0.2));
        string line = Assert.Single(
            _data.ToString().Split('\n'), l => l.Contains("\"torrent\"", StringComparison.Ordinal));
        Assert.Contains("\"name\":\"a b.bin\"", line, StringComparison.Ordinal);
        Assert.Contains("\"size\":20000,\"files\":1,\"pieces\":2,\"piece_size\":16384", line, StringComparison.Ordinal);
    }

    [Fact]
    public void Prog_is_answered_even_when_quiet()
    {
        TransferWatch watch = Watch(new RunGoal(), quiet: true);
        _transfer.State = FakeTransfer.Fresh(TorrentState.Checking) with { CheckedFraction = 0.43 };
        watch.Answer();
        Assert.Contains("checking 43.0%", _messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_seeder_of_nothing_at_all_fails_with_what_to_do()
    {
        TransferWatch watch = Watch(new RunGoal { NeedsContent = true }, wantsData: false);
        _transfer.ContentPath = "/pictures/sample";
        _transfer.State = FakeTransfer.Fresh(TorrentState.Checking);
        Assert.Null(watch.Step(Seconds(0)));
        _transfer.State = FakeTransfer.Fresh(TorrentState.Seeding, completed: 0);
        Assert.Equal(RunEnd.Failed, watch.Step(Seconds(1)));
        Assert.Equal(ExitCode.NotFound, watch.ExitCodeOf(RunEnd.Failed));
        Assert.Equal(
            "Nothing of 'sample' is at '/pictures/sample': name the folder that it lies in with --dir.",
            watch.ErrorOf(RunEnd.Failed));
    }

    [Fact]
    public void A_seeder_of_a_part_says_so_once_and_is_never_complete()
    {
        TransferWatch watch = Watch(
            new RunGoal { NeedsContent = true }, wantsData: false, completed: _ => Assert.Fail("It is not complete."));
        _transfer.Complete();
        _transfer.State = FakeTransfer.Fresh(TorrentState.Seeding, completed: 400);
        Assert.Null(watch.Step(Seconds(0)));
        Assert.Null(watch.Step(Seconds(1)));
        Assert.Equal("40.0% of sample is there and offered.\n", _messages.ToString());
    }

    [Fact]
    public void A_message_stands_above_the_figures_of_its_own_moment()
    {
        TerminalOutput output = CliRunner.Output(_data, _messages, live: true);
        TransferWatch watch = new([_transfer], new RunGoal(), output, TimeSpan.Zero)
        {
            WantsData = true,
            Completed = _ => output.Say("There it is."),
        };
        watch.Step(Seconds(0));
        Assert.Contains(" 0.0%", _messages.ToString(), StringComparison.Ordinal);
        _transfer.Complete();
        watch.Step(Seconds(1));
        string screen = _messages.ToString();
        int message = screen.IndexOf("There it is.", StringComparison.Ordinal);
        Assert.DoesNotContain(" 0.0%", screen[message..], StringComparison.Ordinal);
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private TransferWatch Watch(
        RunGoal goal,
        bool wantsData = true,
        OutputMode mode = OutputMode.Text,
        bool quiet = false,
        Action<TransferProgress>? completed = null) =>
        new([_transfer], goal, CliRunner.Output(_data, _messages, mode, quiet), TimeSpan.Zero)
        {
            WantsData = wantsData,
            Completed = completed,
        };
}
