using System.Net;
using Shoal.Cli.Output;
using Shoal.Cli.Running;
using Shoal.Engine;

namespace Shoal.Cli.Tests.Running;

public sealed class TransferRunTests : IDisposable
{
    private readonly StringWriter _data = new();
    private readonly StringWriter _messages = new();
    private readonly FakeTransfer _transfer = new();
    private readonly StopSignals _signals = new();

    public void Dispose()
    {
        _signals.Dispose();
        _data.Dispose();
        _messages.Dispose();
    }

    [Fact]
    public async Task Exit_typed_into_a_pipe_leaves_with_the_rest_missing()
    {
        Assert.Equal(ExitCode.Incomplete, await RunAsync("prog\nexit\n"));
        Assert.Contains("looking for peers", _messages.ToString(), StringComparison.Ordinal);
        Assert.Contains("is not complete: ", _messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_end_of_the_input_ends_only_a_run_that_asks_for_it()
    {
        Assert.Equal(ExitCode.Incomplete, await RunAsync("", new RunGoal { EndsWithInput = true }));

        Task<int> run = RunAsync("", new RunGoal { EndsWhenComplete = true });
        Assert.False(run.IsCompleted);
        _transfer.Complete();
        Assert.Equal(ExitCode.Ok, await run);
    }

    [Fact]
    public async Task Without_JSON_it_is_told_once_that_a_credential_was_refused_and_that_a_web_server_failed()
    {
        for (int time = 0; time < 2; time++)
        {
            _transfer.Happening.Writer.TryWrite(
                new PeerRefused(new IPEndPoint(IPAddress.Loopback, 7), IsIncoming: false, "CertificateRefused"));
            _transfer.Happening.Writer.TryWrite(
                new WebSeedFailed("http://w/x", "The web seed at http://w/x is gone.", RetryIn: null));
        }
        _transfer.Happening.Writer.Complete();
        Task<int> run = RunAsync(null, new RunGoal { EndsWhenComplete = true });
        _transfer.Complete();
        Assert.Equal(ExitCode.Ok, await run);
        string[] lines = _messages.ToString().Split('\n');
        Assert.Single(lines, l => l.StartsWith("shoal: 127.0.0.1:7 hung up", StringComparison.Ordinal));
        Assert.Single(lines, l => l == "shoal: The web seed at http://w/x is gone. It is not used any more.");
    }

    [Fact]
    public async Task That_one_address_hung_up_is_not_told_where_another_one_did_not()
    {
        _transfer.Happening.Writer.TryWrite(
            new PeerRefused(new IPEndPoint(IPAddress.Loopback, 7), IsIncoming: false, "CertificateRefused"));
        _transfer.Happening.Writer.TryWrite(
            new PeerConnected(new IPEndPoint(IPAddress.Loopback, 8), IsIncoming: false));
        _transfer.Happening.Writer.Complete();
        Task<int> run = RunAsync(null, new RunGoal { EndsWhenComplete = true });
        _transfer.Complete();
        Assert.Equal(ExitCode.Ok, await run);
        Assert.DoesNotContain("hung up", _messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_is_told_and_changes_nothing()
    {
        Task<int> run = RunAsync(null, new RunGoal { EndsWhenComplete = true, OnComplete = "/no/such/program" });
        _transfer.Complete();
        Assert.Equal(ExitCode.Ok, await run);
        Assert.Matches(
            "The program '/no/such/program' of --on-complete could not be started: [^/]+[^.]\\.\n",
            _messages.ToString());
    }

    [Fact]
    public async Task What_is_kept_elsewhere_is_told_with_its_path_there()
    {
        Task<int> run = Run(OutputMode.Json, keep: "/store/hash", isFollowed: false);
        _transfer.Complete();
        Assert.Equal(ExitCode.Ok, await run);
        Assert.Contains("\"path\":\"/store/hash\",\"complete\":true", _data.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\"path\":\"/store/hash\"}\n", _data.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_will_be_kept_elsewhere_is_complete_by_its_name()
    {
        _transfer.ContentPath = "/store/.partial/sample";
        Task<int> run = Run(OutputMode.Text, keep: "/store/hash", isFollowed: false);
        _transfer.Complete();
        Assert.Equal(ExitCode.Ok, await run);
        Assert.StartsWith("sample is complete: ", _messages.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_another_one_follows_leaves_the_result_to_it()
    {
        Task<int> run = Run(OutputMode.Json, keep: "/store/hash", isFollowed: true);
        _transfer.Complete();
        Assert.Equal(ExitCode.Ok, await run);
        Assert.Equal("", _data.ToString());
    }

    [Fact]
    public async Task What_came_in_the_run_before_counts_in_the_result_of_the_one_that_follows()
    {
        RunGoal goal = new() { EndsWhenComplete = true };
        TransferRun first = new(Context(null, OutputMode.Json), [_transfer], goal, wantsData: true)
        {
            Keep = () => Task.FromResult("/store/hash"),
            IsFollowed = true,
        };
        _transfer.State = FakeTransfer.Fresh(TorrentState.Downloading, completed: 1000) with { UploadedBytes = 7 };
        _transfer.Complete();
        await first.RunAsync();
        FakeTransfer kept = new() { State = FakeTransfer.Fresh(TorrentState.Seeding) with { UploadedBytes = 5 } };
        kept.Complete();
        await new TransferRun(Context(null, OutputMode.Json), [kept], goal, wantsData: false) { Before = first }
            .RunAsync();
        Assert.Contains("\"downloaded\":1000,\"uploaded\":12", _data.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\"path\":\"/store/hash\"}\n", _data.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Completion_ends_the_run_and_is_the_result()
    {
        _transfer.State = FakeTransfer.Fresh(TorrentState.Downloading);
        _transfer.Happening.Writer.TryWrite(new PeerConnected(new IPEndPoint(IPAddress.Loopback, 7), IsIncoming: true));
        _transfer.Happening.Writer.TryWrite(new PieceCompleted(0));
        _transfer.Happening.Writer.TryWrite(new TrackerAnswered("http://t/announce", 2, null));
        _transfer.Happening.Writer.Complete();
        Task<int> run = RunAsync(null, new RunGoal { EndsWhenComplete = true }, OutputMode.JsonLines);
        _transfer.Complete();
        Assert.Equal(ExitCode.Ok, await run);
        string[] lines = _data.ToString().TrimEnd().Split('\n');
        Assert.Contains(lines, l => l.Contains("\"event\":\"peer_connected\"", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("\"url\":\"http://t/announce\",\"peers\":2", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains("\"event\":\"completed\"", StringComparison.Ordinal));
        Assert.StartsWith(
            "{\"event\":\"result\",\"command\":\"get\",\"exit_code\":0,\"ended\":\"completed\"",
            lines[^1],
            StringComparison.Ordinal);
        Assert.Contains("\"complete\":true", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_is_one_sentence_and_an_exit_code()
    {
        const string sentence = "The disk of /data is full: make room and start again.";
        _transfer.Fail(new TorrentException(TorrentError.Disk, sentence));
        Assert.Equal(ExitCode.Disk, await RunAsync(null));
        Assert.Equal($"shoal: {sentence}\n", _messages.ToString());
    }

    private Task<int> RunAsync(string? typed, RunGoal? goal = null, OutputMode mode = OutputMode.Text) =>
        new TransferRun(Context(typed, mode), [_transfer], goal ?? new RunGoal(), wantsData: true).RunAsync();

    private Task<int> Run(OutputMode mode, string keep, bool isFollowed) =>
        new TransferRun(Context(null, mode), [_transfer], new RunGoal { EndsWhenComplete = true }, wantsData: true)
        {
            Keep = () => Task.FromResult(keep),
            IsFollowed = isFollowed,
        }.RunAsync();

    private CommandContext Context(string? typed, OutputMode mode)
    {
        CliHost host = new()
        {
            Out = _data,
            Error = _messages,
            Environment = _ => null,
            OpenInput = typed is null ? null : () => new StringReader(typed),
        };
        return new CommandContext("get", host, CliRunner.Output(_data, _messages, mode), _signals);
    }
}
