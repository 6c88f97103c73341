using System.Text.Json;
using System.Text.RegularExpressions;
using Shoal.Clients;
using static Shoal.EndToEnd.Tests.StaticLogLine;

namespace Shoal.EndToEnd.Tests;

public sealed class StaticSwarmTests : IDisposable
{
    private const int Preferred = 2;
    private const int IntervalSeconds = 2;
    private const int Pieces = 128;
    private static readonly int[] Ids = [1001, 1002, 1003, 1004, 1005, 1006];

    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Six_peers_get_the_file_and_their_logs_agree_with_each_other()
    {
        await SetUpAsync();

        ClientProcess[] peers =
        [
            .. Ids.Select(id => ProgramRun.Start(_home, "lab", "static", $"{id}", "--up", "500KiB", "--json")),
        ];
        ProgramRun[] runs = await Task.WhenAll(peers.Select(ProgramRun.ToEndAsync));

        foreach (ProgramRun run in runs)
            Assert.Equal("completed", run.Ended(0).Json.GetProperty("ended").GetString());
        byte[] original = File.ReadAllBytes(Path.Combine(_home.File("peer_1001"), "TheFile.dat"));
        foreach (int id in Ids)
            Assert.Equal(original, File.ReadAllBytes(Path.Combine(_home.File($"peer_{id}"), "TheFile.dat")));
        Dictionary<int, StaticLogLine[]> logs =
            Ids.ToDictionary(id => id, id => ReadAll(_home.File($"log_peer_{id}.log"), id));
        foreach (int id in Ids)
        {
            CheckConnections(id, logs[id]);
            CheckPieces(id, logs[id]);
            CheckNeighbours(logs[id]);
            foreach (int other in Ids.Where(other => other != id)) CheckSlots(logs[other], other, logs[id], id);
            CheckAnnouncements(logs, id);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_start_script_runs_all_peers_and_tells_how_it_went(bool isProgramNamed)
    {
        (await ProgramRun.ToEndAsync(
            _home, "lab", "setup", "--peers", "2", "--file-size", "100000", "--piece-size", "16384", "--local-test",
            "--interval", "1", "--port", $"{TwoFreePorts()}")).Ended(0);
        // Without a name it is the program that wrote the script, or one in the PATH.
        Dictionary<string, string> environment = new() { ["SHOAL"] = isProgramNamed ? Checkout.Program : "" };

        ProgramRun run = await ProgramRun.ToEndAsync(
            ClientProcess.Start(_home.Path, [_home.File("run_peers.sh")], environment));

        Assert.Equal("All peers have the file.", run.Ended(0).Output[^1]);
        Assert.Empty(SampleContent.Differences(
            Path.Combine(_home.File("peer_1001"), "TheFile.dat"), _home.File("peer_1002")));
    }

    [Fact]
    public async Task A_setting_that_cannot_be_is_told_with_file_and_line()
    {
        await SetUpAsync();
        string common = File.ReadAllText(_home.File("Common.cfg"));
        File.WriteAllText(_home.File("Common.cfg"), common.Replace("PieceSize 16384", "PieceSize big"));

        ProgramRun run = await ProgramRun.ToEndAsync(_home, "lab", "static", "1001");

        Assert.Equal(
            "shoal: Common.cfg line 6: PieceSize 'big' is not a number from 1 to 536870912.",
            Assert.Single(run.Ended(1).Errors));
    }

    // The first of two that follow each other.
    private static int TwoFreePorts()
    {
        int port = FreePort.Next();
        for (int next = FreePort.Next(); next != port + 1; next = FreePort.Next()) port = next;
        return port;
    }

    // Ports that are free need not be next to each other, so the peers are written down as those of one machine.
    private async Task SetUpAsync()
    {
        object[] peers =
            [.. Ids.Select(id => new { id, port = FreePort.Next(), has_file = id == Ids[0] ? 1 : 0 })];
        object[] machines = [new { machine_name = "here", host = "127.0.0.1", peers }];
        File.WriteAllText(_home.File("machines.json"), JsonSerializer.Serialize(machines));
        (await ProgramRun.ToEndAsync(
            _home, "lab", "setup", "--config", "machines.json", "--machine", "here", "--file-size", "2MiB",
            "--piece-size", "16KiB", "--preferred", $"{Preferred}", "--interval", $"{IntervalSeconds}",
            "--optimistic-interval", "3")).Ended(0);
    }

    // Everybody dials those listed before, and nobody else.
    private static void CheckConnections(int id, StaticLogLine[] log)
    {
        Assert.Equal(Ids.Where(other => other < id), log.Where(l => l.Kind == Dialled).Select(l => l.Other).Order());
        Assert.Equal(Ids.Where(other => other > id), log.Where(l => l.Kind == Accepted).Select(l => l.Other).Order());
    }

    // Each piece once, counted without a gap, never from a peer that chokes; then the file is complete.
    private static void CheckPieces(int id, StaticLogLine[] log)
    {
        HashSet<int> unchokedBy = [];
        List<int> pieces = [];
        foreach (StaticLogLine line in log)
        {
            if (line.Kind == Unchoked) Assert.True(unchokedBy.Add(line.Other));
            else if (line.Kind == Choked) Assert.True(unchokedBy.Remove(line.Other));
            if (line.Kind != Downloaded) continue;
            Assert.Contains(line.Other, unchokedBy);
            pieces.Add(line.Piece);
            Assert.Equal(pieces.Count, line.Count);
        }
        Assert.Equal(id == Ids[0] ? [] : Enumerable.Range(0, Pieces), pieces.Order());
        int end = Array.FindIndex(log, l => l.Kind == Complete);
        Assert.Equal(id == Ids[0] ? -1 : Array.FindLastIndex(log, l => l.Kind == Downloaded) + 1, Math.Max(end, -1));
    }

    private static void CheckNeighbours(StaticLogLine[] log)
    {
        DateTime? first = null;
        int rounds = 0;
        foreach (StaticLogLine line in log.Where(l => l.Kind is StaticLogLine.Preferred or Optimistic))
        {
            Assert.InRange(line.Others.Length, 0, line.Kind == Optimistic ? 1 : Preferred);
            if (line.Kind == Optimistic) continue;
            first ??= line.At;
            // No round comes sooner than an interval after the one before. Times are cut to the second, and the first
            // line may have been written late by some more.
            TimeSpan least = TimeSpan.FromSeconds((rounds * IntervalSeconds) - 3);
            Assert.True(line.At - first >= least, $"{first} and, {rounds} rounds later, {line.At}");
            rounds++;
        }
    }

    // How often one peer gives another a slot and takes it is how often the other is unchoked and choked.
    private static void CheckSlots(StaticLogLine[] giver, int giverId, StaticLogLine[] taker, int takerId)
    {
        string expected = "";
        bool isPreferred = false, isOptimistic = false;
        for (int i = 0; i < giver.Length; i++)
        {
            bool had = isPreferred || isOptimistic;
            if (giver[i].Kind == StaticLogLine.Preferred) isPreferred = giver[i].Others.Contains(takerId);
            else if (giver[i].Kind == Optimistic) isOptimistic = giver[i].Others.Contains(takerId);
            else continue;
            if (had == (isPreferred || isOptimistic)) continue;
            // Two lines of one round follow each other at once. Who loses one slot and gets the other in the same round
            // keeps what it has.
            bool mayBeOneRound = had && i + 1 < giver.Length && giver[i].Kind == StaticLogLine.Preferred
                && giver[i + 1].Kind == Optimistic && giver[i + 1].Others.Contains(takerId);
            if (mayBeOneRound)
            {
                expected += "(CU)?";
                isOptimistic = true;
                i++;
            }
            else
            {
                expected += had ? "C" : "U";
            }
        }
        // The last choke may come when the other has left.
        if (expected.EndsWith('C')) expected += "?";
        string seen = string.Concat(taker.Where(l => l.Kind is Choked or Unchoked && l.Other == giverId)
            .Select(l => l.Kind == Unchoked ? "U" : "C"));
        Assert.True(Regex.IsMatch(seen, $"^{expected}$"), $"{giverId} to {takerId}: {expected}, but seen {seen}");
    }

    // What others announce they have downloaded, and nothing twice. The one that starts with the file announces pieces
    // too, to who connects while it still checks them.
    private static void CheckAnnouncements(Dictionary<int, StaticLogLine[]> logs, int id)
    {
        var heard = logs[id].Where(l => l.Kind == Have).Select(l => (l.Other, l.Piece)).ToList();
        Assert.Equal(heard.Count, heard.Distinct().Count());
        foreach (int other in Ids.Where(other => other != id && other != Ids[0]))
        {
            var downloaded = logs[other].Where(l => l.Kind == Downloaded).Select(l => l.Piece).ToHashSet();
            Assert.Subset(downloaded, heard.Where(h => h.Other == other).Select(h => h.Piece).ToHashSet());
        }
    }
}
