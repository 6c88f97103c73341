using System.Globalization;

namespace Shoal.Fuzz.Tests;

/// <summary>The fuzzer itself: it finds what is planted, and says how to find it again.</summary>
public sealed class FuzzerTests
{
    private static readonly byte[][] Samples = [[.. "d3:cow3:mooe"u8], [.. "i42e"u8]];

    [Fact]
    public void A_parser_that_throws_is_found_with_its_seed_and_input()
    {
        byte[]? culprit = null;
        var target = new FuzzTarget("planted", Samples, input =>
        {
            if (!input.AsSpan().Contains((byte)0xff)) return;
            culprit = input;
            throw new FormatException("no 0xff here");
        });
        Exception found = Assert.Throws<InvalidOperationException>(() => Fuzzer.Run(target, FuzzBudget.Of(1, 20_000)));
        Assert.Contains("planted, seed ", found.Message, StringComparison.Ordinal);
        Assert.Contains("no 0xff here", found.Message, StringComparison.Ordinal);
        Assert.EndsWith("input: " + Convert.ToHexStringLower(culprit!), found.Message, StringComparison.Ordinal);

        int seed = int.Parse(found.Message.Split("seed ")[1].Split(':')[0], CultureInfo.InvariantCulture);
        Assert.Equal(culprit, new Mutator(Samples).Make(seed));
    }

    [Fact]
    public void A_parser_that_believes_a_length_is_found()
    {
        byte[]? kept = null;
        var target = new FuzzTarget("planted", Samples, input =>
        {
            if (input is [(byte)'i', (byte)'2', (byte)'1', (byte)'4', ..]) kept = new byte[10_000_000];
        });
        Exception found = Assert.Throws<InvalidOperationException>(() => Fuzzer.Run(target, FuzzBudget.Of(1, 20_000)));
        Assert.Contains("it allocated 10", found.Message, StringComparison.Ordinal);
        Assert.NotNull(kept);
    }

    [Fact]
    public void A_property_that_does_not_hold_is_found()
    {
        var target = new FuzzTarget("planted", Samples, _ => { }) { Verify = input => Assert.NotEmpty(input) };
        Assert.Throws<InvalidOperationException>(() => Fuzzer.Run(target, FuzzBudget.Of(1, 20_000)));
    }

    [Fact]
    public void A_sample_that_fails_is_named_as_such()
    {
        var target = new FuzzTarget("planted", Samples, _ => throw new FormatException("no"));
        Exception found = Assert.Throws<InvalidOperationException>(() => Fuzzer.Run(target, FuzzBudget.Of(1, 1)));
        Assert.StartsWith("planted, a sample: no", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Inputs_are_many_and_bounded_and_a_seed_always_gives_the_same()
    {
        var mutator = new Mutator(Samples);
        var seen = new HashSet<string>();
        for (int seed = 0; seed < 5000; seed++)
        {
            byte[] input = mutator.Make(seed);
            Assert.Equal(input, mutator.Make(seed));
            Assert.InRange(input.Length, 0, Mutator.MaxBytes);
            seen.Add(Convert.ToHexString(input));
        }
        Assert.InRange(seen.Count, 3000, 5000);
    }
}
