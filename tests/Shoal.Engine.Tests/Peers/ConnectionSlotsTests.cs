using Shoal.Engine.Peers;

namespace Shoal.Engine.Tests.Peers;

public sealed class ConnectionSlotsTests
{
    private readonly ConnectionSlots _slots = new(12);

    [Fact]
    public void A_torrent_alone_may_have_all()
    {
        ConnectionShare only = _slots.Share();
        Assert.Equal(12, TakeAll(only));
        Assert.Equal(0, only.Excess);
        only.Return();
        Assert.True(only.TryTake());
        Assert.Equal(12, _slots.Taken);
    }

    [Fact]
    public void What_one_gives_back_goes_to_the_one_that_waits_up_to_an_equal_part()
    {
        ConnectionShare many = _slots.Share();
        ConnectionShare none = _slots.Share();
        TakeAll(many);
        Assert.Equal(0, many.Excess);
        Assert.False(none.TryDial());
        Assert.True(none.Waits);
        Assert.Equal(6, many.Excess);
        for (int i = 0; i < 6; i++)
        {
            many.Return();
            Assert.False(many.TryTake());
            Assert.False(many.TryDial());
            Assert.True(none.TryDial());
            Assert.True(none.EndDial(isConnected: true));
            none.TryDial();
        }
        Assert.Equal((6, 6), (many.Open, none.Open));
        Assert.Equal(0, many.Excess);
        Assert.False(many.Waits);
    }

    [Fact]
    public void Who_waits_no_more_keeps_nobody_from_taking_more_than_a_part()
    {
        ConnectionShare many = _slots.Share();
        ConnectionShare none = _slots.Share();
        TakeAll(many);
        none.TryDial();
        none.StopWaiting();
        Assert.Equal(0, many.Excess);
        many.Return();
        Assert.True(many.TryTake());
        many.Return();
        none.TryDial();
        none.EndDial(isConnected: false);
        Assert.True(many.TryDial());
    }

    [Fact]
    public void A_torrent_that_ends_while_it_waits_leaves_its_part()
    {
        ConnectionShare many = _slots.Share();
        ConnectionShare none = _slots.Share();
        TakeAll(many);
        none.TryDial();
        _slots.Close(none);
        Assert.Equal(0, many.Excess);
        many.Return();
        Assert.True(many.TryTake());
    }

    [Fact]
    public void Dials_that_lead_nowhere_keep_nobody_out_who_calls()
    {
        ConnectionShare dials = _slots.Share();
        ConnectionShare called = _slots.Share();
        for (int i = 0; i < 12; i++) Assert.True(dials.TryDial());
        Assert.False(dials.TryDial());
        dials.StopWaiting();
        for (int i = 0; i < 12; i++) Assert.True(called.TryTake());
        Assert.False(called.TryTake());
        // The limit holds for what comes of the dials, too.
        Assert.False(dials.EndDial(isConnected: true));
        Assert.Equal(12, _slots.Taken);
        Assert.Equal(11, dials.Dialling);
    }

    private static int TakeAll(ConnectionShare share)
    {
        int taken = 0;
        while (share.TryTake()) taken++;
        return taken;
    }
}
