using System.Diagnostics;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

public sealed class FootprintTests : IDisposable
{
    private const long MaxIdleKiB = 80 * 1024;

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task An_idle_seeder_stays_below_80_MiB()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 200_000_000);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);
        (await ProgramRun.ToEndAsync(_home, seeder.Get(_home.Folder("to")))).Ended(0);

        long resident = seeder.Process.ResidentKiB();

        TestContext.Current.TestOutputHelper?.WriteLine($"resident: {resident / 1024} MiB");
        Assert.InRange(resident, 1, MaxIdleKiB);
    }

    // The time is told and not asserted: what else the machine does would make it fail.
    [Fact]
    public async Task The_version_is_one_line_and_its_time_is_told()
    {
        List<double> times = [];
        for (int i = 0; i < 5; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            ProgramRun run = await ProgramRun.ToEndAsync(_home, "--version");
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            Assert.Matches("^shoal [0-9]+\\.[0-9]+", Assert.Single(run.Ended(0).Output));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"--version: {times.Min():F0} ms at best");
    }

    [Fact]
    public async Task The_demo_moves_its_file_and_leaves_nothing_behind()
    {
        string temporary = _home.Folder("tmp");
        ProgramRun demo = await ProgramRun.ToEndAsync(ClientProcess.Start(
            _home.Path,
            [Checkout.Launcher, "demo", "--size", "32MiB", "--json"],
            new Dictionary<string, string> { ["TMPDIR"] = temporary }));

        demo.Ended(0);
        Assert.True(demo.Json.GetProperty("identical").GetBoolean());
        Assert.Equal(3, demo.Json.GetProperty("downloaders").GetInt32());
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
    }
}
