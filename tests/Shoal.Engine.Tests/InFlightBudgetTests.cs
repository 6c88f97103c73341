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

    [Fact]
    public void A_torrent_that_takes_again_what_it_returns_does_not_starve_another()
    {
        var budget = new InFlightBudget(40 * Unit);
        InFlightShare fast = budget.Share();
        InFlightShare slow = budget.Share();
        Assert.Equal(40 * Unit, fast.Take(100 * Unit, Unit));
        Assert.Equal(0, slow.Take(30 * Unit, Unit));
        int turns = 0;
        while (!fast.Return(Unit))
        {
            fast.Take(Unit, Unit);
            Assert.True(++turns < 100, "The slow torrent is never told.");
        }
        // Both are told, and the fast one comes first.
        fast.StopWaiting();
        Assert.Equal(0, fast.Take(100 * Unit, Unit));
        slow.StopWaiting();
        Assert.Equal(10 * Unit, slow.Take(30 * Unit, Unit));
    }

    [Fact]
    public void Torrents_that_all_want_everything_come_to_equal_parts()
    {
        var budget = new InFlightBudget(120 * Unit);
        InFlightShare[] shares = [budget.Share(), budget.Share(), budget.Share()];
        for (int round = 0; round < 1000; round++)
        {
            // Each gives something back and asks at once, and all are told when one return says so.
            foreach (InFlightShare share in shares)
            {
                bool isTold = share.Taken > 0 && share.Return(Unit);
                share.Take(1000 * Unit, Unit);
                if (!isTold) continue;
                foreach (InFlightShare told in shares)
                {
                    told.StopWaiting();
                    told.Take(1000 * Unit, Unit);
                }
            }
        }
        Assert.All(shares, share => Assert.InRange(share.Taken, 30 * Unit, 50 * Unit));
    }

    [Fact]
    public void A_torrent_that_waits_no_more_is_left_no_part()
    {
        var budget = new InFlightBudget(40 * Unit);
        InFlightShare stays = budget.Share();
        InFlightShare leaves = budget.Share();
        stays.Take(40 * Unit, Unit);
        leaves.Take(Unit, Unit);
        stays.Return(10 * Unit);
        Assert.Equal(0, stays.Take(10 * Unit, Unit));
        budget.Close(leaves);
        Assert.Equal(10 * Unit, stays.Take(10 * Unit, Unit));
    }

    [Fact]
    public void Nothing_is_given_while_a_quarter_waits_for_the_disk()
    {
        var budget = new InFlightBudget(40 * Unit);
        Assert.Equal(20 * Unit, budget.Take(20 * Unit, Unit));
        budget.Arrive(10 * Unit);
        Assert.Equal(0, budget.Take(Unit, Unit));
        Assert.Equal(20 * Unit, budget.Taken);

        // Told when half of that is written, and not for each block before.
        Assert.False(budget.Settle(4 * Unit));
        Assert.Equal(Unit, budget.Take(Unit, Unit));
        Assert.True(budget.Settle(Unit));
        Assert.Equal(5 * Unit, budget.WaitingForDisk);
        Assert.Equal(24 * Unit, budget.Take(100 * Unit, Unit));
    }

    [Fact]
    public void A_small_limit_gives_something_when_nothing_waits_for_the_disk()
    {
        var budget = new InFlightBudget(Unit);
        Assert.Equal(Unit, budget.Take(Unit, Unit));
        budget.Arrive(Unit);
        Assert.Equal(0, budget.Take(Unit, Unit));
        Assert.True(budget.Settle(Unit));
        Assert.Equal(Unit, budget.Take(Unit, Unit));
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
