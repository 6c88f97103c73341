using Shoal.Swarm.Peers;

namespace Shoal.Swarm.Tests.Peers;

public sealed class BanListTests
{
    [Fact]
    public void The_oldest_ban_ends_when_there_are_too_many()
    {
        var bans = new BanList<int>(3);
        Assert.True(bans.Add(1) && bans.Add(2) && bans.Add(3));
        Assert.False(bans.Add(1));
        Assert.Equal(3, bans.Items.Count);
        Assert.True(bans.Add(4));
        Assert.False(bans.Contains(1));
        Assert.True(bans.Contains(2) && bans.Contains(3) && bans.Contains(4));
        for (int i = 0; i < 1000; i++) bans.Add(i);
        Assert.Equal(3, bans.Items.Count);
    }
}
