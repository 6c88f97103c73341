using Shoal.Lab.Reports;
using Shoal.Lab.Simulation;

namespace Shoal.Simulation.Tests;

/// <summary>
/// How good swarms are, on small ones: docs/SIMULATION.md has the large ones. A run is the same on every machine, so
/// that the bounds are a little above what was measured.
/// </summary>
public sealed class QualityTests
{
    private const long Megabyte = 1_000_000;

    private static readonly SimulationPlan Plan = new()
    {
        ContentBytes = 64 << 20,
        PieceLength = 256 * 1024,
        BytesPerBlock = 64 * 1024,
        Groups = [],
    };

    private static PeerGroup Seed => new() { Name = "seed", Count = 1, IsSeed = true, SuperSeeds = true };

    private static PeerGroup Peers(int count) => new() { Name = "peers", Count = count };

    private static PeerGroup OfLine(string name, long rate) =>
        new() { Name = name, Count = 33, UpBytesPerSecond = rate, DownBytesPerSecond = rate };

    [Fact]
    public void A_hundred_equal_peers_are_done_soon_after_the_bound_and_the_seed_sent_little_more_than_one_copy()
    {
        SimulationResult run = Run(Plan with { Groups = [Seed, Peers(100)] });
        AssertWithin(run, 1.6, 1.15);
    }

    [Fact]
    public void Who_only_takes_waits_longer_than_who_gives()
    {
        PeerGroup riders = new() { Name = "riders", Count = 20, Behaviour = PeerBehaviour.FreeRider };
        SimulationResult run = Run(Plan with { Groups = [Seed, Peers(80), riders] });
        AssertWithin(run, 1.8, 1.25);
        double gave = Median(run, "peers");
        Assert.InRange(Median(run, "riders"), 1.1 * gave, 10 * gave);
    }

    [Fact]
    public void Lines_of_three_classes_are_all_made_use_of()
    {
        PeerGroup[] classes =
        [
            Peers(34),
            OfLine("middling", 10 * Megabyte),
            OfLine("fast", 100 * Megabyte),
        ];
        AssertWithin(Run(Plan with { Groups = [Seed, .. classes] }), 1.6, 1.2);
    }

    // Hosts of one data centre that fetch an image at once: rounds of ten seconds would be as long as all of it.
    [Fact]
    public void Hosts_with_fast_lines_are_all_served_alike()
    {
        PeerGroup hosts = new()
        {
            Name = "hosts", Count = 100, UpBytesPerSecond = 300 * Megabyte, DownBytesPerSecond = 300 * Megabyte,
            Delay = TimeSpan.FromMilliseconds(0.25),
        };
        SimulationResult run = Run(Plan with
        {
            ContentBytes = 3000 * Megabyte,
            PieceLength = 4 << 20,
            BytesPerBlock = 1 << 20,
            Groups = [hosts with { Name = "origins", Count = 5, IsSeed = true }, hosts],
        });
        Assert.True(run.IsComplete);
        // One of a hundred may have bad luck with whom it is given; the others may not.
        Assert.InRange(At(run, "hosts", 0.95), 10, 15.5);
        Assert.InRange(run.Seconds, 10, 20);
    }

    private static SimulationResult Run(SimulationPlan plan) =>
        Simulator.Run(plan, TestContext.Current.CancellationToken);

    private static void AssertWithin(SimulationResult run, double times, double copies)
    {
        Assert.True(run.IsComplete);
        Assert.InRange(run.Seconds / run.BoundSeconds, 1, times);
        Assert.InRange(run.SeedCopies, 0.99, copies);
    }

    private static double Median(SimulationResult run, string group) => At(run, group, 0.5);

    private static double At(SimulationResult run, string group, double share) =>
        GroupSummary.Of(run).First(g => g.Name == group).Took.At(share);
}
