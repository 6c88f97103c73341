using System.Text.Json;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

public sealed class DiskTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("size=1m")]
    [InlineData("size=1m,ro")]
    public async Task A_full_or_read_only_disk_is_one_clear_sentence(string mountOptions)
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 5_000_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);
        string to = _home.Folder("to");

        ProgramRun get = await ProgramRun.ToEndAsync(ClientProcess.Start(
            _home.Path, [.. OnOwnDisk(to, mountOptions), Checkout.Program, .. seeder.Get(to, "--quiet")]));

        get.Ended(5);
        string sentence = Assert.Single(get.Errors);
        Assert.StartsWith("shoal: ", sentence, StringComparison.Ordinal);
    }

    // K01
    [Fact]
    public async Task A_get_goes_on_once_there_is_space_again_and_had_claimed_nothing_wrong()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 5_000_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);
        string to = _home.Folder("to");
        // All in one namespace, whose disk grows after the first get; the copy leaves it through a pipe.
        string script = $"""
            "$@" && exit 90
            [ $? -eq 5 ] || exit 91
            mount -o remount,size=32m none '{to}' || exit 92
            "$@" && exec cat '{to}/single file.bin' >'{_home.File("copy")}'
            """;

        ProgramRun run = await ProgramRun.ToEndAsync(ClientProcess.Start(
            _home.Path,
            [
                .. OnOwnDisk(to, "size=2m"), "sh", "-c", script, "sh",
                Checkout.Program, .. seeder.Get(to, "--json"),
            ]));

        run.Ended(0);
        Assert.Equal(2, run.Output.Count);
        Assert.Single(run.Errors, line => line.StartsWith("shoal: ", StringComparison.Ordinal));
        JsonElement torrent = run.Json.GetProperty("torrents")[0];
        Assert.InRange(torrent.GetProperty("downloaded").GetInt64(), 1, 4_900_000);
        Assert.Equal(File.ReadAllBytes(content), File.ReadAllBytes(_home.File("copy")));
    }

    // K07
    [Fact]
    public async Task A_file_that_may_not_grow_so_large_is_one_clear_sentence()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 5_000_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);

        // In blocks of 512 bytes. .NET maps its code through a file that would be too large as well unless told not to.
        ProgramRun get = await ProgramRun.ToEndAsync(ClientProcess.Start(
            _home.Path,
            Limited("ulimit -f 2000", seeder.Get(_home.Folder("to"), "--quiet")),
            new Dictionary<string, string> { ["DOTNET_EnableWriteXorExecute"] = "0" }));

        get.Ended(5);
        Assert.Contains("cannot hold a file of that size", Assert.Single(get.Errors), StringComparison.Ordinal);
    }

    // K10: .NET itself holds some 90 files, and more for a moment when it compiles on several threads.
    [Fact]
    public async Task More_files_than_a_process_may_have_open_arrive()
    {
        string content = _home.Folder(Path.Combine("from", "many"));
        for (int i = 0; i < 300; i++) SampleContent.Write(Path.Combine(content, $"{i}"), 20_000, seed: i);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content, ["--format", "v1"]);

        ProgramRun get = await ProgramRun.ToEndAsync(ClientProcess.Start(
            _home.Path, Limited("ulimit -n 192", seeder.Get(_home.Folder("to"), "--quiet"))));

        get.Ended(0);
        Assert.Empty(get.Errors);
        Assert.Empty(SampleContent.Differences(content, _home.File("to")));
    }

    [Fact]
    public async Task Two_gets_into_one_folder_do_not_harm_each_other()
    {
        CancellationToken deadline = ProgramRun.Deadline();
        string content = SampleContent.SingleFile(_home.Folder("from"), 16_000_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);
        string to = _home.Folder("to");
        // While it stands still the first one cannot be complete.
        seeder.Process.Pause();
        await using ClientProcess first = ProgramRun.Start(_home, seeder.Get(to, "--json-lines"));
        await first.LineAsync(l => l.Contains("\"state\":\"downloading\"", StringComparison.Ordinal), deadline);

        ProgramRun second = await ProgramRun.ToEndAsync(_home, seeder.Get(to, "--quiet"));

        second.Ended(5);
        Assert.Single(second.Errors);
        seeder.Process.Resume();
        Assert.Equal(0, await first.ExitAsync(deadline));
        Assert.Empty(SampleContent.Differences(content, to));
    }

    private static string[] Limited(string limit, string[] arguments) =>
        ["sh", "-c", limit + " && exec \"$@\"", "sh", Checkout.Program, .. arguments];

    // The mount is in a namespace of the program's own and goes with it.
    private static string[] OnOwnDisk(string folder, string mountOptions)
    {
        string[] unshare = Environment.IsPrivilegedProcess ? ["unshare", "-m"] : ["unshare", "-r", "-m"];
        const string mount = "mount -t tmpfs -o \"$1\" none \"$2\" && shift 2 && exec \"$@\"";
        return [.. unshare, "sh", "-c", mount, "sh", mountOptions, folder];
    }
}
