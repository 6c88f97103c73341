using Shoal.Cli.Output;

namespace Shoal.Cli.Tests.Output;

public sealed class UnitsTests
{
    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "0.98 KiB")]
    [InlineData(1536, "1.50 KiB")]
    [InlineData(10.5 * 1024, "10.5 KiB")]
    [InlineData(100.4 * 1024, "100 KiB")]
    [InlineData(1023 * 1024, "1.00 MiB")]
    [InlineData(84.1 * 1024 * 1024, "84.1 MiB")]
    [InlineData(long.MaxValue, "8.00 EiB")]
    public void Sizes_have_three_digits(double bytes, string text) => Assert.Equal(text, Units.Bytes(bytes));

    [Theory]
    [InlineData(0.84, "0.8 s")]
    [InlineData(9.96, "10 s")]
    [InlineData(59.4, "59 s")]
    [InlineData(59.6, "1 min 00 s")]
    [InlineData(185, "3 min 05 s")]
    [InlineData(3720, "1 h 02 min")]
    [InlineData(187200, "2 d 4 h")]
    [InlineData(1e9, "years")]
    public void Times_have_two_units(double seconds, string text) =>
        Assert.Equal(text, Units.Time(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(0, "0.0%")]
    [InlineData(0.5239, "52.3%")]
    [InlineData(0.99999, "99.9%")]
    [InlineData(1, "100.0%")]
    public void A_hundred_percent_is_shown_only_for_all(double share, string text) =>
        Assert.Equal(text, Units.Percent(share));

    [Theory]
    [InlineData(0, "0 peers")]
    [InlineData(1, "1 peer")]
    [InlineData(2, "2 peers")]
    public void Things_are_counted_in_words(int number, string text) => Assert.Equal(text, Units.Count(number, "peer"));
}
