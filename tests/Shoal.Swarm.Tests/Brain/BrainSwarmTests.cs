using Shoal.Protocol.Torrents;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Whole swarms: whatever the seed, everybody gets everything and nobody innocent is banned.</summary>
public sealed class BrainSwarmTests
{
    private const ulong SeedsPerTest = 50;

    [Fact]
    public void Two_brains_pass_a_torrent_on()
    {
        foreach (ulong seed in Seeds()) Run(new SwarmPlan { Seed = seed, Downloaders = 1 });
    }

    [Fact]
    public void Many_brains_feed_each_other()
    {
        foreach (ulong seed in Seeds())
            Run(new SwarmPlan { Seed = seed, Downloaders = 6, UploadSlots = 2, Version = VersionOf(seed) });
    }

    [Fact]
    public void Breaking_connections_cost_time_and_nothing_else()
    {
        foreach (ulong seed in Seeds())
            Run(new SwarmPlan { Seed = seed, Downloaders = 4, BreakEvery = TimeSpan.FromMilliseconds(700) });
    }

    [Fact]
    public void Peers_that_stall_are_passed_over_and_come_back()
    {
        foreach (ulong seed in Seeds())
            Run(new SwarmPlan { Seed = seed, Downloaders = 4, StallEvery = TimeSpan.FromSeconds(8) });
    }

    [Fact]
    public void Little_credit_is_enough()
    {
        foreach (ulong seed in Seeds()) Run(new SwarmPlan { Seed = seed, Downloaders = 3, Credit = 3 });
    }

    [Fact]
    public void Magnet_links_bring_metadata_hashes_and_content()
    {
        foreach (ulong seed in Seeds())
            Run(new SwarmPlan { Seed = seed, Downloaders = 3, Magnet = true, Version = VersionOf(seed) });
    }

    [Theory]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void Magnet_links_bring_the_hashes_of_pieces_that_are_single_blocks(TorrentVersion version) =>
        Run(new SwarmPlan { Seed = 1, Downloaders = 2, Magnet = true, Version = version, PieceLength = 16 * 1024 });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_liar_spoils_nothing_and_nobody_else_is_blamed(bool oneMachine)
    {
        foreach (ulong seed in Seeds())
        {
            Run(new SwarmPlan
            {
                Seed = seed,
                Downloaders = 5,
                Liar = 3,
                SpoilOneIn = 1 + (int)(seed % 6),
                OneMachine = oneMachine,
                Version = VersionOf(seed),
                PieceLength = 16 * 1024 << (int)(seed % 5),
                BreakEvery = TimeSpan.FromSeconds(seed % 3),
            });
        }
    }

    [Fact]
    public void The_same_seed_makes_the_same_run()
    {
        var plan = new SwarmPlan
        {
            Seed = 42, Downloaders = 5, Liar = 2, Magnet = true, BreakEvery = TimeSpan.FromSeconds(1),
        };
        BrainSwarm first = new BrainSwarm(plan).Run();
        BrainSwarm second = new BrainSwarm(plan).Run();
        Assert.NotEmpty(first.Told);
        Assert.Equal(first.Told, second.Told);
        BrainSwarm other = new BrainSwarm(plan with { Seed = 43 }).Run();
        Assert.NotEqual(first.Told, other.Told);
    }

    private static void Run(SwarmPlan plan) => new BrainSwarm(plan).Run().AssertGood();

    private static TorrentVersion VersionOf(ulong seed) => (seed % 3) switch
    {
        0 => TorrentVersion.V1,
        1 => TorrentVersion.V2,
        _ => TorrentVersion.Hybrid,
    };

    private static IEnumerable<ulong> Seeds()
    {
        for (ulong seed = 1; seed <= SeedsPerTest; seed++) yield return seed;
    }
}
