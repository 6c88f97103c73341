using System.Net;
using Shoal.Engine.Peers;
using Shoal.Network;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.Peers;

public sealed class PeerAcceptorTests
{
    [Fact(Timeout = 30_000)]
    public async Task A_listener_that_fails_again_and_again_costs_no_processor()
    {
        var time = new ManualTime();
        using var services = new EngineServices(new EngineOptions { Time = time }, 0, () => []);
        (PeerListener? listener, _) = PeerListener.Open(IPAddress.Loopback, 0);
        listener!.Dispose();
        var acceptor = new PeerAcceptor(listener, services, _ => null);
        // Every accept fails at once: without a pause this would never return.
        acceptor.Start();
        Task stopping = acceptor.DisposeAsync().AsTask();
        while (!stopping.IsCompleted)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            time.Advance(PeerAcceptor.ScarcityPause);
            await Task.Yield();
        }
        await stopping;
    }
}
