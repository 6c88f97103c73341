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
            _home.Path, [.. OnOwnDisk(to, mountOptions), Checkout.Launcher, .. seeder.Get(to, "--quiet")]));

        get.Ended(5);
        string sentence = Assert.Single(get.Errors);
        Assert.StartsWith("shoal: ", sentence, StringComparison.Ordinal);
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

    // The mount is in a namespace of the program's own and goes with it.
    private static string[] OnOwnDisk(string folder, string mountOptions)
    {
        string[] unshare = Environment.IsPrivilegedProcess ? ["unshare", "-m"] : ["unshare", "-r", "-m"];
        const string mount = "mount -t tmpfs -o \"$1\" none \"$2\" && shift 2 && exec \"$@\"";
        return [.. unshare, "sh", "-c", mount, "sh", mountOptions, folder];
    }
}
