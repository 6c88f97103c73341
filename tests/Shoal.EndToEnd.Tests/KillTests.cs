using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

public sealed class KillTests : IDisposable
{
    private const int Kills = 20;
    private const int PieceBytes = 64 * 1024;
    private static readonly TimeSpan LongestLife = TimeSpan.FromMilliseconds(700);

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_get_that_is_killed_twenty_times_loses_nothing_and_believes_nothing_wrong()
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), 64 * 1024 * 1024 + 12_345);
        string to = _home.Folder("to");
        var random = new Random(1);
        int claimed = 0;
        string torrent;
        // Slow enough that it is far from its end after all the kills.
        await using (ShoalSeeder slow = await ShoalSeeder.StartAsync(
            _home, content, ["--piece-size", $"{PieceBytes}"], ["--up", "3MiB"]))
        {
            torrent = slow.Torrent;
            for (int kill = 0; kill < Kills; kill++)
            {
                // Half of the kills fall anywhere from the start of the process on, half after it has told what it has.
                int told = await RunAndKillAsync(slow, to, random, waits: kill % 2 == 0, atLeast: claimed);
                ProgramRun verify = await ProgramRun.ToEndAsync(_home, "verify", torrent, to, "--json");
                int good = verify.Ended(4).Json.GetProperty("good_pieces").GetInt32();
                Assert.True(good >= told, $"{told} pieces were called complete, {good} hash right");
                claimed = Math.Max(claimed, told);
            }
        }

        Assert.True(claimed > 0, "no piece was ever complete: the kills came too early");
        await using ShoalSeeder fast = await ShoalSeeder.ServeAsync(_home, content, torrent, []);
        ProgramRun last = await ProgramRun.ToEndAsync(_home, fast.Get(to, "--json"));
        last.Ended(0);
        long downloaded = last.Json.GetProperty("torrents")[0].GetProperty("downloaded").GetInt64();
        Assert.InRange(downloaded, 1, new FileInfo(content).Length - (claimed - 1L) * PieceBytes);
        // Pieces that were believed are never hashed again: a wrong one would still be wrong here.
        Assert.Empty(SampleContent.Differences(content, to));
    }

    private async Task<int> RunAndKillAsync(ShoalSeeder seeder, string to, Random random, bool waits, int atLeast)
    {
        CancellationToken deadline = ProgramRun.Deadline();
        await using ClientProcess get = ProgramRun.Start(_home, seeder.Get(to, "--json-lines"));
        if (waits)
        {
            await get.LineAsync(l => l.Contains("\"state\":\"downloading\"", StringComparison.Ordinal), deadline);
            await get.Input.WriteLineAsync("prog");
            await get.Input.FlushAsync(deadline);
            string first = await get.LineAsync(l => ProgressLine.Pieces(l) >= 0, deadline);
            Assert.True(
                ProgressLine.Pieces(first) >= atLeast,
                $"it had {atLeast} pieces before it was killed, and begins with {ProgressLine.Pieces(first)}");
        }

        using (var life = new PeriodicTimer(LongestLife * (0.01 + 0.99 * random.NextDouble())))
            await life.WaitForNextTickAsync(deadline);
        get.Kill();
        await get.ExitAsync(deadline);
        return get.Output.Where(l => l.EndsWith('}')).Select(ProgressLine.Pieces).Append(0).Max();
    }
}
