using Shoal.Lab.Simulation;
using Shoal.Lab.Simulation.Checks;

namespace Shoal.Simulation.Tests;

/// <summary>The checkers find defects: each is planted, shows, and is told with its seed and a short log.</summary>
public sealed class PlantedDefectTests
{
    [Fact]
    public void A_picker_that_is_one_off_is_found()
    {
        SimulationException found = Find(new PlantedDefect.OffByOne(), Plan(PeerBehaviour.Honest));
        Assert.Matches("asked for (byte|something that is no block)", found.Rule);
    }

    [Fact]
    public void A_lost_block_is_found()
    {
        SimulationException found = Find(new PlantedDefect.LostBlock(), Plan(PeerBehaviour.Honest));
        Assert.Contains("waits for a verdict on piece 1", found.Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ban_of_the_wrong_peer_is_found()
    {
        // Of few and large pieces every one comes from several peers.
        SimulationPlan plan = Plan(PeerBehaviour.Poisoner) with { ContentBytes = 3 << 20, PieceLength = 1 << 20 };
        SimulationException found = Find(new PlantedDefect.WrongBan(), plan);
        Assert.Matches("closed the connection to \\d+, which did nothing wrong: (BadData|Banned)", found.Rule);
    }

    [Theory]
    [InlineData(PeerBehaviour.Honest)]
    [InlineData(PeerBehaviour.Poisoner)]
    public void Without_a_defect_the_same_swarms_break_no_rule(PeerBehaviour odd) =>
        Assert.True(Simulator.Run(Plan(odd), TestContext.Current.CancellationToken).IsComplete);

    private static SimulationException Find(PlantedDefect defect, SimulationPlan plan)
    {
        var found = Assert.Throws<SimulationException>(() =>
            Simulator.Run(plan, defect, TestContext.Current.CancellationToken));
        Assert.True(defect.Times > 0);
        Assert.Equal(plan.Seed, found.Seed);
        Assert.StartsWith($"Seed {plan.Seed}: ", found.Message, StringComparison.Ordinal);
        Assert.Contains(" starts\n", found.Message, StringComparison.Ordinal);
        return found;
    }

    private static SimulationPlan Plan(PeerBehaviour odd) => new()
    {
        Seed = 7,
        ContentBytes = 20 * 128 * 1024,
        PieceLength = 128 * 1024,
        KeepsBytes = true,
        IsChecked = true,
        Limit = TimeSpan.FromMinutes(20),
        Groups =
        [
            new PeerGroup { Name = "seed", Count = 1, IsSeed = true },
            new PeerGroup { Name = "odd", Count = 1, IsSeed = true, Behaviour = odd },
            new PeerGroup { Name = "peers", Count = 4 },
        ],
    };
}
