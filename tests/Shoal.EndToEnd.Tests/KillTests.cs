using System.Text.Json;
using Shoal.Clients;
using Shoal.Protocol;

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
        int told = 0;
        HashSet<int> claimed = [];
        string torrent;
        // Slow enough that it is far from its end after all the kills.
        await using (ShoalSeeder slow = await ShoalSeeder.StartAsync(
            _home, content, ["--piece-size", $"{PieceBytes}"], ["--up", "1MiB"]))
        {
            torrent = slow.Torrent;
            InfoHash hash = await HashAsync(torrent);
            for (int kill = 0; kill < Kills; kill++)
            {
                // Half of the kills fall anywhere from the start of the process on, half after it has told what it has.
                (int count, IReadOnlySet<int> claims) =
                    await RunAndKillAsync(slow, to, hash, random, waits: kill % 2 == 0, atLeast: told);
                claimed.UnionWith(claims);
                ProgramRun verify = await ProgramRun.ToEndAsync(_home, "verify", torrent, to, "--json");
                HashSet<int> bad =
                    [.. verify.Ended(4).Json.GetProperty("bad_pieces").EnumerateArray().Select(e => e.GetInt32())];
                Assert.Empty(claimed.Where(bad.Contains).Order());
                int good = verify.Json.GetProperty("good_pieces").GetInt32();
                Assert.True(good >= count, $"{count} pieces were called complete, {good} hash right");
                told = Math.Max(told, count);
            }
        }

        Assert.True(told > 0, "no piece was ever complete: the kills came too early");
        Assert.NotEmpty(claimed);
        await using ShoalSeeder fast = await ShoalSeeder.ServeAsync(_home, content, torrent, []);
        ProgramRun last = await ProgramRun.ToEndAsync(_home, fast.Get(to, "--json"));
        last.Ended(0);
        long downloaded = last.Json.GetProperty("torrents")[0].GetProperty("downloaded").GetInt64();
        Assert.InRange(downloaded, 1, new FileInfo(content).Length - (told - 1L) * PieceBytes);
        // Pieces that were believed are never hashed again: a wrong one would still be wrong here.
        Assert.Empty(SampleContent.Differences(content, to));
    }

    private async Task<InfoHash> HashAsync(string torrent)
    {
        ProgramRun inspect = await ProgramRun.ToEndAsync(_home, "inspect", torrent, "--json");
        string? hex = inspect.Ended(0).Json.GetProperty("info_hash").GetString();
        Assert.True(InfoHash.TryParseHex(hex, out InfoHash hash));
        return hash;
    }

    /// <summary>Starts it, and kills it at some time.</summary>
    /// <returns>How many complete pieces it told of at the most, and which ones it told the swarm to have.</returns>
    private async Task<(int Told, IReadOnlySet<int> Claimed)> RunAndKillAsync(
        ShoalSeeder seeder, string to, InfoHash hash, Random random, bool waits, int atLeast)
    {
        CancellationToken deadline = ProgramRun.Deadline();
        await using ClientProcess get = ProgramRun.Start(_home, seeder.Get(to, "--json-lines"));
        Task<IReadOnlySet<int>> claims = ClaimsAsync(get, hash, deadline);
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
        int told = get.Output.Where(l => l.EndsWith('}')).Select(ProgressLine.Pieces).Append(0).Max();
        return (told, await claims);
    }

    private static async Task<IReadOnlySet<int>> ClaimsAsync(
        ClientProcess get, InfoHash hash, CancellationToken deadline)
    {
        string started;
        try
        {
            started = await get.LineAsync(l => l.Contains("\"started\"", StringComparison.Ordinal), deadline);
        }
        catch (InvalidOperationException)
        {
            // It was killed before it listened.
            return new HashSet<int>();
        }
        using JsonDocument json = JsonDocument.Parse(started);
        return await PieceListener.ListenAsync(json.RootElement.GetProperty("port").GetInt32(), hash, deadline);
    }
}
