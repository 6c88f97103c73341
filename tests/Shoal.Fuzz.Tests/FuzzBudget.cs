using System.Diagnostics;
using System.Globalization;

namespace Shoal.Fuzz.Tests;

/// <summary>
/// How long each target is fired at: a fixed number of inputs, the same ones every time, unless the environment asks
/// for more.
/// </summary>
/// <remarks>
/// SHOAL_FUZZ_SECONDS gives seconds for each target; <c>./test --long</c>, which sets SHOAL_TEST_LONG, gives ten.
/// SHOAL_FUZZ_SEED sets the first seed, so that two long runs need not fire the same inputs, and one failure can be
/// repeated at once.
/// </remarks>
internal readonly struct FuzzBudget
{
    private const int UsualInputs = 25_000;
    private const int LongSeconds = 10;

    private readonly int _inputs;
    private readonly TimeSpan _atLeast;
    private readonly long _start;

    private FuzzBudget(int firstSeed, int inputs, TimeSpan atLeast)
    {
        FirstSeed = firstSeed;
        _inputs = inputs;
        _atLeast = atLeast;
        _start = Stopwatch.GetTimestamp();
    }

    public int FirstSeed { get; }

    public static FuzzBudget FromEnvironment() =>
        new(Number("SHOAL_FUZZ_SEED") ?? 1, UsualInputs, TimeSpan.FromSeconds(Seconds()));

    public static FuzzBudget Of(int firstSeed, int inputs) => new(firstSeed, inputs, TimeSpan.Zero);

    public bool Allows(int input) => input < _inputs || Stopwatch.GetElapsedTime(_start) < _atLeast;

    private static int Seconds() =>
        Number("SHOAL_FUZZ_SECONDS") ?? (Number("SHOAL_TEST_LONG") is > 0 ? LongSeconds : 0);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int number)
            ? number
            : null;
}
