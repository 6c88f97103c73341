using Shoal.Lab.Reports;

namespace Shoal.Lab.Tests.Reports;

public sealed class QuantilesTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.01, 1)]
    [InlineData(0.011, 2)]
    [InlineData(0.5, 50)]
    [InlineData(0.99, 99)]
    [InlineData(0.999, 100)]
    [InlineData(1, 100)]
    public void A_quantile_is_the_value_of_its_rank(double share, double value)
    {
        var hundred = new Quantiles(Enumerable.Range(1, 100).Reverse().Select(i => (double)i));
        Assert.Equal(100, hundred.Count);
        Assert.Equal(value, hundred.At(share));
    }

    [Fact]
    public void Nothing_has_no_quantile() => Assert.True(double.IsNaN(new Quantiles([]).At(0.5)));

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    public void A_share_lies_between_nothing_and_all(double share) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Quantiles([1]).At(share));
}
