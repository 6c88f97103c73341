using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

public sealed class ShareTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task What_share_prints_is_all_that_get_needs()
    {
        string content = SampleContent.NestedFolder(_home.Folder("from"));
        await using ClientProcess share = ProgramRun.Start(_home, "share", content, "--bind", "127.0.0.1");
        string magnet = await share.LineAsync(_ => true, ProgramRun.Deadline());
        Assert.StartsWith("magnet:?", magnet, StringComparison.Ordinal);

        ProgramRun get = await ProgramRun.ToEndAsync(_home, "get", magnet, "--dir", _home.Folder("to"));

        get.Ended(0);
        Assert.Empty(SampleContent.Differences(content, _home.File("to")));
        Assert.Equal([magnet], share.Output);
        await share.ErrorLineAsync(
            line => line.Contains($"shoal get '{magnet}'", StringComparison.Ordinal), ProgramRun.Deadline());
    }

    [Fact]
    public async Task Share_writes_the_torrent_on_request_and_get_takes_it()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"));
        string torrent = _home.File("x.torrent");
        await using ClientProcess share = ProgramRun.Start(
            _home, "share", content, "--bind", "127.0.0.1", "-o", torrent);
        await share.LineAsync(_ => true, ProgramRun.Deadline());

        (await ProgramRun.ToEndAsync(_home, "get", torrent, "--dir", _home.Folder("to"))).Ended(0);

        Assert.Empty(SampleContent.Differences(content, _home.File("to")));
    }

    [Fact]
    public async Task Get_of_what_is_there_already_ends_at_once_and_without_any_peer()
    {
        string content = SampleContent.NestedFolder(_home.Folder("from"));
        string torrent = _home.File("x.torrent");
        (await ProgramRun.ToEndAsync(_home, "create", content, "-o", torrent)).Ended(0);

        ProgramRun get = await ProgramRun.ToEndAsync(_home, "get", torrent, "--dir", _home.File("from"), "--json");

        get.Ended(0);
        Assert.Equal(0, get.Json.GetProperty("torrents")[0].GetProperty("downloaded").GetInt64());
    }

    [Fact]
    public async Task Two_downloaders_of_a_super_seed_get_everything()
    {
        string content = SampleContent.NestedFolder(_home.Folder("from"));
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content, seed: ["--super-seed"]);

        ProgramRun[] runs = await Task.WhenAll(new[] { "one", "two" }.Select(
            name => ProgramRun.ToEndAsync(_home, seeder.Get(_home.Folder(name)))));

        foreach (ProgramRun run in runs) run.Ended(0);
        Assert.Empty(SampleContent.Differences(content, _home.File("one")));
        Assert.Empty(SampleContent.Differences(content, _home.File("two")));
    }

    [Fact]
    public async Task Only_the_selected_files_are_fetched()
    {
        string content = SampleContent.NestedFolder(_home.Folder("from"));
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);

        (await ProgramRun.ToEndAsync(_home, seeder.Get(_home.Folder("to"), "--select", "two.bin"))).Ended(0);

        string copy = Path.Combine(_home.File("to"), Path.GetFileName(content));
        string wanted = Path.Combine("deep", "er", "still", "two.bin");
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(content, wanted)), File.ReadAllBytes(Path.Combine(copy, wanted)));
        Assert.False(File.Exists(Path.Combine(copy, "z last.bin")));
    }

    [Fact]
    public async Task A_selection_that_fits_nothing_is_told_when_the_list_of_files_is_here()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 100_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);

        ProgramRun get = (await ProgramRun.ToEndAsync(
            _home, seeder.Get(_home.Folder("to"), "--select", "no such file"))).Ended(3);

        Assert.StartsWith(
            "shoal: --select no such file matches no file of this torrent", get.Errors[^1], StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_home.File("to")));
    }

    [Fact]
    public async Task The_program_of_on_complete_gets_to_know_what_is_complete()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 100_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);
        string script = _home.File("done.sh");
        string told = _home.File("told");
        File.WriteAllText(script, $"#!/bin/sh\necho \"$SHOAL_NAME in $SHOAL_DIR\" >'{told}'\n");
        (await ProgramRun.ToEndAsync(ClientProcess.Start(_home.Path, ["chmod", "+x", script]))).Ended(0);

        (await ProgramRun.ToEndAsync(_home, seeder.Get(_home.Folder("to"), "--on-complete", script))).Ended(0);

        Assert.Equal($"single file.bin in {_home.File("to")}\n", File.ReadAllText(told));
    }
}
