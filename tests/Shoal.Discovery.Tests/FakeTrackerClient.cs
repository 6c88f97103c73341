using System.Threading.Channels;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery.Tests;

/// <summary>Hands each announce to the test, which answers it when it likes.</summary>
internal sealed class FakeTrackerClient : ITrackerClient
{
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();

    public Task<AnnounceOutcome> AnnounceAsync(
        TrackerSource tracker, AnnounceRequest request, CancellationToken cancellationToken)
    {
        var call = new Call(tracker.Url.Host, request);
        _calls.Writer.TryWrite(call);
        return call.Outcome.Task.WaitAsync(cancellationToken);
    }

    public Task<ScrapeOutcome> ScrapeAsync(
        TrackerSource tracker, IReadOnlyList<InfoHash> hashes, CancellationToken cancellationToken) =>
        Task.FromResult(new ScrapeOutcome([], null));

    public ValueTask<Call> NextAsync() => _calls.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public bool HasMore => _calls.Reader.TryPeek(out _);

    internal sealed record Call(string Host, AnnounceRequest Request)
    {
        public TaskCompletionSource<AnnounceOutcome> Outcome { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Answer(AnnounceReply reply) =>
            Outcome.SetResult(AnnounceOutcome.Of(reply, AddressScope.Private));
    }
}
