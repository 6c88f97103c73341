using System.Text.RegularExpressions;
using Shoal.Lab.Simulation;

namespace Shoal.Simulation.Tests;

/// <summary>
/// What the short seeds are worth: all that can go wrong does go wrong in some of them, as their logs tell.
/// </summary>
public sealed class TroubleTests
{
    private const int Seeds = 150;

    // Each kind in more than one swarm, so that it meets the others in different ways.
    private const int LeastSwarms = 3;

    private static readonly Lazy<(SimulationPlan Plan, string Log)[]> Swarms = new(RunAll);

    [Theory]
    [InlineData("is cut off from")]
    [InlineData("cannot reach \\d+ behind its router")]
    [InlineData("\\d+ crashes\n")]
    [InlineData("\\d+ stops\n")]
    [InlineData("goes on with \\d+ runs of blocks")]
    [InlineData("loses \\d+ bytes to a power cut")]
    [InlineData("keeps \\d+ of \\d+ bytes and says nothing")]
    [InlineData("ends: .*the disk is full")]
    [InlineData("got a bad piece")]
    [InlineData("has the metadata")]
    [InlineData("closes \\d+: BadData")]
    [InlineData("closes \\d+: (RequestFlood|UnrequestedBlocks|MalformedMessage|OutOfRange)")]
    [InlineData("\\d+ stalls \\d+\n")]
    [InlineData("\\d+ floods \\d+\n")]
    [InlineData("\\d+ boasts to \\d+\n")]
    public void Every_kind_of_trouble_comes_up(string told) =>
        AssertSeveral(swarm => Regex.IsMatch(swarm.Log, told), told);

    [Theory]
    [InlineData(PeerBehaviour.FreeRider)]
    [InlineData(PeerBehaviour.Braggart)]
    [InlineData(PeerBehaviour.Poisoner)]
    [InlineData(PeerBehaviour.Staller)]
    [InlineData(PeerBehaviour.Flooder)]
    public void Every_kind_of_peer_takes_part(PeerBehaviour behaviour) =>
        AssertSeveral(swarm => Has(swarm.Plan, group => group.Behaviour == behaviour), behaviour.ToString());

    [Fact]
    public void Links_and_disks_of_every_kind_take_part()
    {
        AssertSeveral(swarm => Has(swarm.Plan, group => group.Loss > 0), "loss");
        AssertSeveral(swarm => Has(swarm.Plan, group => group.Jitter > TimeSpan.Zero), "jitter");
        AssertSeveral(swarm => Has(swarm.Plan, group => group.Disk.BytesPerSecond > 0), "slow disks");
        AssertSeveral(swarm => Has(swarm.Plan, group => group.SuperSeeds), "super-seeding");
        AssertSeveral(swarm => Has(swarm.Plan, group => group.JoinOver > TimeSpan.Zero), "joining");
        AssertSeveral(swarm => Has(swarm.Plan, group => group.Reachability == Reachability.Site), "one router");
        AssertSeveral(swarm => Has(swarm.Plan, group => group.Reachability == Reachability.Closed), "routers");
    }

    private static bool Has(SimulationPlan plan, Func<PeerGroup, bool> what) => plan.Groups.Any(what);

    private static void AssertSeveral(Func<(SimulationPlan Plan, string Log), bool> what, string name)
    {
        int found = Swarms.Value.Count(what);
        Assert.True(found >= LeastSwarms, $"{name}: in {found} of {Seeds} swarms.");
    }

    private static (SimulationPlan Plan, string Log)[] RunAll() =>
        [.. Enumerable.Range(1, Seeds).Select(seed => RunOne((ulong)seed))];

    private static (SimulationPlan Plan, string Log) RunOne(ulong seed)
    {
        SimulationPlan plan = SeededPlans.Of(seed) with { IsLogged = true };
        SimulationResult run = Simulator.Run(plan, TestContext.Current.CancellationToken);
        return (plan, string.Join('\n', run.Log) + '\n');
    }
}
