using Shoal.Cli.Parsing;

namespace Shoal.Cli.Tests.Parsing;

public sealed class DurationTests
{
    [Theory]
    [InlineData("30", 30)]
    [InlineData("30s", 30)]
    [InlineData("500ms", 0.5)]
    [InlineData("1.5m", 90)]
    [InlineData("5min", 300)]
    [InlineData("1h30m", 5400)]
    [InlineData("2d", 172800)]
    public void Times_are_read_in_seconds_or_with_units(string text, double seconds)
    {
        Assert.True(Duration.TryParse(text, out TimeSpan value, out _));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-5s")]
    [InlineData("s")]
    [InlineData("5y")]
    [InlineData("1h30x")]
    [InlineData("999d")]
    [InlineData("300d300d")]
    [InlineData("1e300")]
    [InlineData("NaN")]
    public void What_is_no_time_is_refused(string text) => Assert.False(Duration.TryParse(text, out _, out _));
}
