using Shoal.Engine.Peers;

namespace Shoal.Engine.Tests;

public sealed class InFlightBudgetTests
{
    private const int Unit = 16;

    [Fact]
    public void It_gives_whole_units_until_there_are_none()
    {
        var budget = new InFlightBudget(10 * Unit);
        Assert.Equal(4 * Unit, budget.Take(4 * Unit, Unit));
        Assert.Equal(6 * Unit, budget.Take(100 * Unit, Unit));
        Assert.Equal(0, budget.Take(Unit, Unit));
        Assert.Equal(10 * Unit, budget.Taken);
    }

    [Fact]
    public void Who_went_away_empty_is_told_once_when_there_is_enough()
    {
        var budget = new InFlightBudget(40 * Unit);
        budget.Take(40 * Unit, Unit);
        Assert.False(budget.Return(Unit));
        budget.Take(Unit, Unit);
        Assert.Equal(0, budget.Take(Unit, Unit));
        Assert.False(budget.Return(9 * Unit));
        Assert.True(budget.Return(Unit));
        Assert.False(budget.Return(Unit));
    }

    // What Take does in two steps, with another thread's return between them.
    [Fact]
    public void What_comes_back_between_the_two_looks_is_taken()
    {
        var budget = new InFlightBudget(4 * Unit);
        budget.Take(4 * Unit, Unit);
        Assert.Equal(0, budget.TryTake(Unit, Unit));
        Assert.False(budget.Return(4 * Unit));
        Assert.Equal(Unit, budget.TakeOrStarve(Unit, Unit));
    }

    [Fact]
    public void What_comes_back_after_the_second_look_is_told()
    {
        var budget = new InFlightBudget(4 * Unit);
        budget.Take(4 * Unit, Unit);
        Assert.Equal(0, budget.TryTake(Unit, Unit));
        Assert.Equal(0, budget.TakeOrStarve(Unit, Unit));
        Assert.True(budget.Return(4 * Unit));
    }
}
