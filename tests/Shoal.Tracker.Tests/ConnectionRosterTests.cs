using Microsoft.AspNetCore.Connections;
using Shoal.TestKit;
using Shoal.Tracker.Access;
using Shoal.Tracker.Http;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Tests;

/// <summary>Which connections are closed for doing nothing.</summary>
public sealed class ConnectionRosterTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_connection_is_idle_from_its_beginning_on_and_not_before()
    {
        var time = new ManualTime();
        time.Advance(TimeSpan.FromHours(1));
        var options = new TrackerOptions { Time = time };
        var service = new AnnounceService(
            options, new SwarmStore(new SwarmStoreOptions(), new Random(1)),
            new AccessGate(TrackerMode.Open, null, null, time), TrackerSecret.Draw(), new TrackerMetrics());
        var roster = new ConnectionRoster(time, Limit);
        await using var connection = new WatchedConnection();
        // As yet it has read nothing, and whoever looks over all connections may come before it does.
        roster.Add(new AnnounceConnection(new HttpResponder(service), new ClientAddress(null, []), connection));
        roster.CloseIdle();
        Assert.False(connection.IsAborted);
        time.Advance(Limit + TimeSpan.FromSeconds(1));
        roster.CloseIdle();
        Assert.True(connection.IsAborted);
    }

    private sealed class WatchedConnection : DefaultConnectionContext
    {
        public bool IsAborted { get; private set; }

        public override void Abort(ConnectionAbortedException abortReason) => IsAborted = true;
    }
}
