using Shoal.Lab.Scenarios;

namespace Shoal.Lab.Tests.Scenarios;

public sealed class ExpectationTests
{
    private static readonly Dictionary<string, double> Own = new() { ["seconds"] = 5, ["rate"] = 100 };
    private static readonly Dictionary<string, double> Other = new() { ["seconds"] = 8, ["rate"] = 40 };

    [Theory]
    [InlineData("seconds <= 5", true, 5.0)]
    [InlineData("seconds >= 5", true, 5.0)]
    [InlineData("seconds <= 4.9", false, 4.9)]
    [InlineData("seconds<=0.75*other.seconds", true, 6.0)]
    [InlineData("seconds <= 0.5 * other.seconds", false, 4.0)]
    [InlineData("seconds <= other.seconds", true, 8.0)]
    [InlineData("rate >= 2 * other.rate", true, 80.0)]
    [InlineData("rate >= 3 * other.rate", false, 120.0)]
    public void Figures_are_held_against_a_number_or_another_scenarios(string text, bool passed, double bound)
    {
        Finding finding = Expectation.Parse(text, out _)!.Judge(Own, Other);
        Assert.Equal((passed, bound), (finding.Passed, Math.Round(finding.Bound, 9)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("seconds")]
    [InlineData("seconds < 5")]
    [InlineData("seconds <= five")]
    [InlineData("seconds <= 2 * 3")]
    [InlineData("seconds <= a * b * c")]
    [InlineData("seconds <= -1")]
    [InlineData("seconds <= x * other.seconds")]
    [InlineData("seconds <= other.hours")]
    [InlineData("seconds <= .seconds")]
    [InlineData("5 <= seconds")]
    public void What_is_no_expectation_is_refused(string text)
    {
        Assert.Null(Expectation.Parse(text, out string fault));
        Assert.NotEmpty(fault);
    }
}
