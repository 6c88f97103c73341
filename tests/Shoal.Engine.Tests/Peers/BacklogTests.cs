using Shoal.Engine.Actors;
using Shoal.Engine.Peers;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Peers;

public sealed class BacklogTests
{
    private const int Limit = 8 * LinkBuffers.MediumBytes;

    private readonly ManualTime _time = new();
    private readonly Backlog _backlog;

    public BacklogTests() => _backlog = new Backlog(Limit, _time);

    [Fact]
    public void It_is_full_from_its_limit_on()
    {
        _backlog.Add(Limit - 1);
        Assert.False(_backlog.IsFull);
        _backlog.Add(1);
        Assert.True(_backlog.IsFull);
        _backlog.Settle(1);
        Assert.False(_backlog.IsFull);
        Assert.Equal(Limit - 1, _backlog.Bytes);
    }

    [Fact]
    public void Who_comes_while_there_is_room_goes_on_at_once()
    {
        _backlog.Add(Limit - 1);
        Assert.True(Wait().IsCompleted);
    }

    [Fact]
    public void As_many_go_on_as_there_is_room_for_in_the_order_in_which_they_came()
    {
        _backlog.Add(Limit + LinkBuffers.MediumBytes);
        ValueTask[] loops = [Wait(), Wait(), Wait(), Wait()];
        _backlog.Settle(LinkBuffers.MediumBytes);
        Assert.DoesNotContain(loops, loop => loop.IsCompleted);
        _backlog.Settle(LinkBuffers.MediumBytes + 1);
        Assert.Equal([true, true, false, false], loops.Select(loop => loop.IsCompleted));
    }

    [Fact]
    public void All_go_on_when_nothing_is_left()
    {
        _backlog.Add(Limit);
        ValueTask[] loops = [.. Enumerable.Range(0, 100).Select(_ => Wait())];
        _backlog.Remove(Limit);
        Assert.All(loops, loop => Assert.True(loop.IsCompleted));
    }

    [Fact]
    public void One_after_the_other_goes_on_while_nothing_is_written()
    {
        _backlog.Add(2 * Limit);
        ValueTask[] loops = [Wait(), Wait()];
        _time.Advance(Backlog.Patience - TimeSpan.FromMilliseconds(1));
        Assert.False(loops[0].IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal([true, false], loops.Select(loop => loop.IsCompleted));
        // What was only looked at is no sign of life of the disk.
        _backlog.Remove(1);
        _time.Advance(Backlog.Patience);
        Assert.True(loops[1].IsCompleted);
    }

    [Fact]
    public void Nobody_goes_on_before_there_is_room_while_something_is_written()
    {
        _backlog.Add(2 * Limit);
        ValueTask loop = Wait();
        for (int i = 0; i < 10; i++)
        {
            _backlog.Settle(1);
            _time.Advance(Backlog.Patience);
        }
        Assert.False(loop.IsCompleted);
    }

    private ValueTask Wait()
    {
        var signal = new AsyncSignal();
        _backlog.RaiseWhenThereIsRoom(signal);
        return signal.WaitAsync();
    }
}
