using Shoal.TestKit;

namespace Shoal.Fuzz.Tests;

/// <summary>Fires made-up inputs at a target and fails with all that is needed to fire the same one again.</summary>
internal static class Fuzzer
{
    public static void Run(FuzzTarget target) => Run(target, FuzzBudget.FromEnvironment());

    public static void Run(FuzzTarget target, FuzzBudget budget)
    {
        foreach (byte[] sample in target.Samples) Fire(target, sample, "a sample");
        var mutator = new Mutator(target.Samples);
        for (int i = 0; budget.Allows(i); i++)
        {
            int seed = unchecked(budget.FirstSeed + i);
            Fire(target, mutator.Make(seed), $"seed {seed}");
        }
    }

    private static void Fire(FuzzTarget target, byte[] input, string origin)
    {
        long limit = target.FixedBytes + (long)target.BytesPerInputByte * input.Length;
        long allocated;
        try
        {
            // What a static constructor or a cache takes the first time is not the input's doing.
            allocated = Allocations.Least(() => target.Parse(input), enough: limit);
            target.Verify?.Invoke(input);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw new InvalidOperationException(Report(target, input, origin, e.Message), e);
        }
        if (allocated <= limit) return;
        string what = $"it allocated {allocated} bytes for {input.Length}; the limit is {limit}";
        throw new InvalidOperationException(Report(target, input, origin, what));
    }

    private static string Report(FuzzTarget target, byte[] input, string origin, string what) =>
        $"{target.Name}, {origin}: {what}\ninput: {Convert.ToHexStringLower(input)}";
}
