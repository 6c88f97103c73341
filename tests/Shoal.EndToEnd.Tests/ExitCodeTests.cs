using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

public sealed class ExitCodeTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(2, "get")]
    [InlineData(2, "frobnicate")]
    [InlineData(2, "get", "x.torrent", "--port", "70000")]
    [InlineData(2, "get", "x.torrent", "--nonsense")]
    [InlineData(3, "get", "missing.torrent")]
    [InlineData(3, "inspect", "missing.torrent")]
    [InlineData(3, "create", "missing", "-o", "x.torrent")]
    [InlineData(1, "inspect", "broken.torrent")]
    [InlineData(1, "inspect", "magnet:?xt=urn:btih:123")]
    [InlineData(0, "--version")]
    [InlineData(0, "--help")]
    public async Task The_exit_code_says_what_kind_of_end_it_was(int code, params string[] arguments)
    {
        File.WriteAllText(_home.File("broken.torrent"), "d4:info5:wronge");

        ProgramRun run = await ProgramRun.ToEndAsync(_home, arguments);

        run.Ended(code);
        if (code == 0) Assert.NotEmpty(run.Output);
        else Assert.NotEmpty(run.Errors);
    }

    [Theory]
    [InlineData("get", "missing.torrent")]
    [InlineData("inspect", "broken.torrent")]
    public async Task A_failure_is_one_sentence_on_standard_error_and_nothing_on_standard_output(
        params string[] arguments)
    {
        File.WriteAllText(_home.File("broken.torrent"), "d4:info5:wronge");

        ProgramRun run = await ProgramRun.ToEndAsync(_home, arguments);

        string sentence = Assert.Single(run.Errors);
        Assert.StartsWith("shoal: ", sentence, StringComparison.Ordinal);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task Verify_says_whether_all_is_right_and_which_file_is_not()
    {
        string content = SampleContent.NestedFolder(_home.Folder("from"));
        string torrent = _home.File("x.torrent");
        (await ProgramRun.ToEndAsync(_home, "create", content, "-o", torrent)).Ended(0);
        (await ProgramRun.ToEndAsync(_home, "verify", torrent, _home.File("from"))).Ended(0);

        using (FileStream file = File.OpenWrite(Path.Combine(content, "one.bin")))
        {
            file.Position = 1000;
            file.WriteByte(1);
            file.WriteByte(2);
        }

        ProgramRun broken = await ProgramRun.ToEndAsync(_home, "verify", torrent, _home.File("from"));
        broken.Ended(4);
        Assert.Contains(broken.Output, line => line.Contains("one.bin", StringComparison.Ordinal));
        ProgramRun json = await ProgramRun.ToEndAsync(_home, "verify", torrent, _home.File("from"), "--json");
        json.Ended(4);
        Assert.Equal(1, json.Json.GetProperty("bad_pieces").GetArrayLength());
    }

    [Fact]
    public async Task A_get_that_finds_no_peer_in_time_is_told_from_one_that_stalled()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 1_000_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content, seed: ["--have", "0-50%"]);

        ProgramRun lonely = await ProgramRun.ToEndAsync(
            _home, "get", seeder.Torrent, "--dir", _home.Folder("lonely"), "--timeout", "1s");
        ProgramRun stalled = await ProgramRun.ToEndAsync(
            _home, seeder.Get(_home.Folder("stalled"), "--timeout", "10s"));

        lonely.Ended(3);
        stalled.Ended(7);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_a_network_failure()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 1000);
        string torrent = _home.File("x.torrent");
        (await ProgramRun.ToEndAsync(_home, "create", content, "-o", torrent)).Ended(0);
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        string port = $"{((IPEndPoint)taken.LocalEndpoint).Port}";

        ProgramRun seed = await ProgramRun.ToEndAsync(
            _home, "seed", torrent, "--dir", _home.File("from"), "--bind", "127.0.0.1", "--port", port);

        seed.Ended(6);
        Assert.Contains(seed.Errors, line => line.Contains(port, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(PosixSignal.SIGINT, 130)]
    [InlineData(PosixSignal.SIGTERM, 143)]
    public async Task A_signal_leaves_politely_and_the_tracker_is_told(PosixSignal signal, int code)
    {
        CancellationToken deadline = ProgramRun.Deadline();
        await using var tracker = new LoopbackTracker();
        string content = SampleContent.SingleFile(_home.Folder("from"), 100_000);
        TestTorrent torrent = await TestTorrent.ByShoalAsync(
            content, _home.File("x.torrent"), "v1", 16384, tracker.Url, deadline);
        await using ClientProcess seed = ProgramRun.Start(
            _home, "seed", torrent.Path, "--dir", _home.File("from"), "--bind", "127.0.0.1");
        await tracker.PeersAsync(torrent, seeders: 1, others: 0, deadline);

        seed.Signal(signal);

        Assert.Equal(code, await seed.ExitAsync(deadline));
        await tracker.EmptyAsync(torrent, deadline);
    }

    [Fact]
    public async Task A_get_that_is_interrupted_goes_on_where_it_was()
    {
        CancellationToken deadline = ProgramRun.Deadline();
        string content = SampleContent.SingleFile(_home.Folder("from"), 20_000_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content, seed: ["--up", "2MiB"]);
        await using ClientProcess get = ProgramRun.Start(_home, seeder.Get(_home.Folder("to"), "--json-lines"));
        await get.LineAsync(ProgressLine.HasPieces, deadline);
        // It cannot become complete before it is interrupted.
        seeder.Process.Pause();

        get.Signal(PosixSignal.SIGINT);

        Assert.Equal(130, await get.ExitAsync(deadline));
        seeder.Process.Resume();
        ProgramRun again = await ProgramRun.ToEndAsync(_home, seeder.Get(_home.File("to"), "--json"));
        again.Ended(0);
        Assert.InRange(again.Json.GetProperty("torrents")[0].GetProperty("downloaded").GetInt64(), 1, 19_990_000);
        Assert.Empty(SampleContent.Differences(content, _home.File("to")));
    }
}
