using System.Diagnostics;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

public sealed class FootprintTests : IDisposable
{
    private const long MaxIdleKiB = 80 * 1024;
    private const double MaxVersionMilliseconds = 300;

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

    // It takes some 60 ms on a machine that does little else. The best of many tries and five times as long leave room
    // for one that does; a start that loads the whole program is beyond it even at its best.
    [Fact]
    public async Task The_version_is_one_line_and_there_at_once()
    {
        double best = double.MaxValue;
        for (int i = 0; i < 20 && best > MaxVersionMilliseconds; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            ProgramRun run = await ProgramRun.ToEndAsync(_home, "--version");
            best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            Assert.Matches("^shoal [0-9]+\\.[0-9]+", Assert.Single(run.Ended(0).Output));
        }

        Assert.InRange(best, 0, MaxVersionMilliseconds);
    }

    [Fact]
    public async Task The_demo_moves_its_file_and_leaves_nothing_behind()
    {
        string temporary = _home.Folder("tmp");
        ProgramRun demo = await ProgramRun.ToEndAsync(ClientProcess.Start(
            _home.Path,
            [Checkout.Program, "demo", "--size", "32MiB", "--json"],
            new Dictionary<string, string> { ["TMPDIR"] = temporary }));

        demo.Ended(0);
        Assert.True(demo.Json.GetProperty("identical").GetBoolean());
        Assert.Equal(3, demo.Json.GetProperty("downloaders").GetInt32());
        // The seeder may send about a copy in five seconds: what makes it quick is that they help each other.
        const long size = 32 * 1024 * 1024;
        long fromSeeder = demo.Json.GetProperty("from_seeder").GetInt64();
        long fromPeers = demo.Json.GetProperty("from_peers").GetInt64();
        Assert.True(fromSeeder >= size, $"{fromSeeder} bytes from the seeder");
        Assert.True(fromPeers >= size, $"{fromPeers} bytes from each other, {fromSeeder} from the seeder");
        Assert.True(fromSeeder + fromPeers >= 3 * size, $"{fromPeers} and {fromSeeder} are not three copies");
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary));
    }
}
