namespace Shoal.Swarm.Tests;

public sealed class SwarmRandomTests
{
    [Fact]
    public void Equal_seeds_give_equal_sequences_and_others_do_not()
    {
        var one = new SwarmRandom(7);
        var same = new SwarmRandom(7);
        var other = new SwarmRandom(8);
        bool differs = false;
        for (int i = 0; i < 100; i++)
        {
            ulong bits = one.NextBits();
            Assert.Equal(bits, same.NextBits());
            differs |= bits != other.NextBits();
        }
        Assert.True(differs);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    public void Numbers_lie_in_the_range_and_are_even(int bound)
    {
        var random = new SwarmRandom(0);
        var counts = new int[bound];
        for (int i = 0; i < 10_000; i++) counts[random.Next(bound)]++;
        Assert.All(counts, count => Assert.InRange(count, 10_000 / bound * 0.9, 10_000 / bound * 1.1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(0));
    }

    [Fact]
    public void A_shuffle_reaches_every_order_evenly()
    {
        var random = new SwarmRandom(3);
        var orders = new Dictionary<string, int>();
        for (int i = 0; i < 6000; i++)
        {
            char[] items = ['a', 'b', 'c'];
            random.Shuffle(items.AsSpan());
            orders[new string(items)] = orders.GetValueOrDefault(new string(items)) + 1;
        }
        Assert.Equal(6, orders.Count);
        Assert.All(orders.Values, count => Assert.InRange(count, 850, 1150));
    }
}
