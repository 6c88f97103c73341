using Shoal.Lab.Simulation;

namespace Shoal.Simulation.Tests;

/// <summary>A seed makes one run.</summary>
public sealed class RepetitionTests
{
    [Fact]
    public void The_same_seed_gives_the_same_log_byte_for_byte()
    {
        foreach (ulong seed in new ulong[] { 3, 14, 15, 92, 65 })
        {
            SimulationPlan plan = SeededPlans.Of(seed) with { IsLogged = true };
            SimulationResult first = Simulator.Run(plan, TestContext.Current.CancellationToken);
            SimulationResult second = Simulator.Run(plan, TestContext.Current.CancellationToken);
            Assert.NotEmpty(first.Log);
            Assert.Equal(first.Log, second.Log);
            Assert.Equal(first.Digest, second.Digest);
            Assert.Equal(first.Events, second.Events);
        }
    }

    [Fact]
    public void Another_seed_gives_another_run()
    {
        SimulationPlan plan = SeededPlans.Of(3) with { IsLogged = true };
        SimulationResult first = Simulator.Run(plan, TestContext.Current.CancellationToken);
        SimulationResult other = Simulator.Run(plan with { Seed = 4 }, TestContext.Current.CancellationToken);
        Assert.NotEqual(first.Digest, other.Digest);
    }
}
