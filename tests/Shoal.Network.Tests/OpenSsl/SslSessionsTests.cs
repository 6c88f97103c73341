using Shoal.Network.OpenSsl;

namespace Shoal.Network.Tests.OpenSsl;

public sealed class SslSessionsTests
{
    [Fact]
    public void A_session_is_taken_once()
    {
        var sessions = new SslSessions();
        sessions.Put("a", [1]);
        sessions.Put("b", [2]);
        sessions.Put("a", [3]);
        Assert.Equal([3], sessions.Take("a"));
        Assert.Null(sessions.Take("a"));
        Assert.Equal([2], sessions.Take("b"));
    }

    [Fact]
    public void So_many_are_kept_and_the_last_is_among_them()
    {
        var sessions = new SslSessions();
        for (int i = 0; i < 3 * SslSessions.Max; i++) sessions.Put($"{i}", [1]);
        Assert.NotNull(sessions.Take($"{(3 * SslSessions.Max) - 1}"));
        int kept = Enumerable.Range(0, 3 * SslSessions.Max).Count(i => sessions.Take($"{i}") is not null);
        Assert.Equal(SslSessions.Max - 1, kept);
    }
}
