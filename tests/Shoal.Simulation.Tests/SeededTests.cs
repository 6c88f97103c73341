using System.Globalization;
using Shoal.Lab.Simulation;

namespace Shoal.Simulation.Tests;

/// <summary>Hundreds of small swarms, each another one, with every rule checked after each event.</summary>
public sealed class SeededTests
{
    private const string LongVariable = "SHOAL_TEST_LONG";
    private const string FirstSeedVariable = "SHOAL_SIMULATION_SEED";
    private const int SeedsPerTest = 75;

    // Far from those of the other test, and the same in every run: what one of them finds, the next run finds too.
    private const ulong FarSeed = 1_000_000_000;
    private const int FarSeeds = 25;

    private static readonly TimeSpan LongTime = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_the_seed_everybody_gets_everything_and_no_rule_is_broken(int share)
    {
        ulong first = FirstSeed + (ulong)(share * SeedsPerTest);
        for (ulong seed = first; seed < first + SeedsPerTest; seed++) Run(seed);
    }

    /// <summary>In a long run as many seeds as there is time for, never the same ones.</summary>
    [Fact]
    public void Seeds_from_elsewhere_break_no_rule_either()
    {
        for (ulong seed = FarSeed; seed < FarSeed + FarSeeds; seed++) Run(seed);
        if (Environment.GetEnvironmentVariable(LongVariable) != "1") return;
        long start = TimeProvider.System.GetTimestamp();
        ulong next = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() << 20;
        while (TimeProvider.System.GetElapsedTime(start) < LongTime)
            Run(next++);
    }

    /// <summary>
    /// The only seed is under suspicion for what a poisoner sent, and is cut off in the middle of the last piece.
    /// </summary>
    [Fact]
    public void Who_is_on_parole_and_the_only_one_to_help_brings_the_piece_anew() => Run(1_883_206_223_659_329);

    /// <summary>Somebody asks a seed that super-seeds for what it did not offer.</summary>
    [Fact]
    public void A_seed_that_super_seeds_serves_nothing_that_it_did_not_offer() => Run(1_883_207_121_240_846);

    /// <summary>Its disk makes a peer ban all others but one, and that one stalls: nobody else is to blame.</summary>
    [Fact]
    public void Who_is_misled_by_its_own_disk_is_not_waited_for() => Run(1_883_205_148_868_627);

    private static void Run(ulong seed) =>
        Simulator.Run(SeededPlans.Of(seed), TestContext.Current.CancellationToken);

    private static ulong FirstSeed => ulong.TryParse(
        Environment.GetEnvironmentVariable(FirstSeedVariable), CultureInfo.InvariantCulture, out ulong seed) ? seed : 1;
}
