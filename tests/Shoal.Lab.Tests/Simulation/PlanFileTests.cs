using System.Text;
using Shoal.Lab.Simulation;

namespace Shoal.Lab.Tests.Simulation;

public sealed class PlanFileTests
{
    [Fact]
    public void A_plan_is_read_with_its_units()
    {
        SimulationPlan plan = Parse("""
            {
              // Comments are welcome.
              "title": "Two classes", "seed": 9, "size": "1 GiB", "piece-size": "1MiB", "block": 65536,
              "connections": 30, "cuts-every": "2 s", "limit": "10 m", "check": true,
              "groups": [
                { "name": "seed", "seed": true, "up": "300 MB", "super-seed": true },
                { "name": "slow", "peers": 20, "up": "1 MB", "down": "10MB", "delay": "50 ms", "loss": "1 %",
                  "behaviour": "free-rider", "reachable": "not", "stays-for": 30, "disk-rate": "5 MB" },
              ],
            }
            """);
        Assert.Equal("Two classes", plan.Title);
        Assert.Equal((ulong)9, plan.Seed);
        Assert.Equal(1L << 30, plan.ContentBytes);
        Assert.Equal(1 << 20, plan.PieceLength);
        Assert.Equal(65_536, plan.BytesPerBlock);
        Assert.Equal(TimeSpan.FromSeconds(2), plan.CutsEvery);
        Assert.Equal(TimeSpan.FromMinutes(10), plan.Limit);
        Assert.True(plan.IsChecked);
        PeerGroup seed = plan.Groups[0];
        Assert.True(seed.IsSeed && seed.SuperSeeds);
        Assert.Equal(1, seed.Count);
        Assert.Equal(300_000_000, seed.UpBytesPerSecond);
        PeerGroup slow = plan.Groups[1];
        Assert.Equal(20, slow.Count);
        Assert.Equal(TimeSpan.FromMilliseconds(50), slow.Delay);
        Assert.Equal(0.01, slow.Loss);
        Assert.Equal(PeerBehaviour.FreeRider, slow.Behaviour);
        Assert.Equal(Reachability.Closed, slow.Reachability);
        Assert.Equal(TimeSpan.FromSeconds(30), slow.StaysFor);
        Assert.Equal(5_000_000, slow.Disk.BytesPerSecond);
    }

    [Theory]
    [InlineData("[]", 1, "a plan is an object")]
    [InlineData("{\n}", 1, "a plan needs 'groups'")]
    [InlineData("{\n\"groups\": [\n7]}", 3, "a group is an object")]
    [InlineData("{\n\"groups\": [\n{}]}", 3, "a group needs a 'name'")]
    [InlineData("{\n\"groups\": [{\"name\": \"a\",\n\"up\": \"fast\"}]}", 3, "'up' is to be bytes")]
    [InlineData("{\n\"groups\": [{\"name\": \"a\",\n\"peers\": -1}]}", 3, "'peers' is to be a whole number")]
    [InlineData("{\n\"groups\": [{\"name\": \"a\",\n\"behaviour\": \"rude\"}]}", 3, "'behaviour' is to be one of")]
    [InlineData("{\n\"groups\": [],\n\"sizes\": 1}", 3, "'sizes' means nothing here")]
    [InlineData("{\n\"groups\": [],\n\"size\": \"1e300 TiB\"}", 3, "'size' is to be at most")]
    [InlineData("{\n\"groups\": [],\n\"seed\": \"x\"}", 3, "'seed' is to be a number")]
    [InlineData("{\n\"groups\": [],\n\"check\": 1}", 3, "'check' is to be true or false")]
    public void A_fault_is_told_with_its_line(string text, int line, string fault)
    {
        var error = Assert.Throws<LabException>(() => Parse(text));
        Assert.StartsWith($"plan.json line {line}: {fault}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_that_makes_no_sense_is_refused_before_it_runs()
    {
        SimulationPlan plan = Parse("""{ "groups": [ { "name": "all", "peers": 3 } ] }""");
        var error = Assert.Throws<LabException>(() =>
            Simulator.Run(plan, TestContext.Current.CancellationToken));
        Assert.Equal("No peer has the content at the start.", error.Message);
    }

    [Fact]
    public void A_file_that_is_not_there_is_not_found() =>
        Assert.True(Assert.Throws<LabException>(() => PlanFile.Read("/nowhere/plan.json")).IsNotFound);

    private static SimulationPlan Parse(string text) => PlanFile.Parse("plan.json", Encoding.UTF8.GetBytes(text));
}
