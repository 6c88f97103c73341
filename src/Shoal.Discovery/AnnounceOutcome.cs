using System.Net;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>How an announce ended. Exactly one of <see cref="Reply"/> and <see cref="Error"/> is set.</summary>
public sealed record AnnounceOutcome
{
    private AnnounceOutcome()
    {
    }

    /// <summary>The tracker's answer; null when there is none or it is a refusal.</summary>
    public AnnounceReply? Reply { get; private init; }

    /// <summary>One sentence that says why there is no answer; null when there is one.</summary>
    public string? Error { get; private init; }

    /// <summary>
    /// Scope of the address that answered; what it may name depends on it. Unusable when nothing did.
    /// </summary>
    public AddressScope TrackerScope { get; private init; }

    /// <summary>
    /// Our own addresses as the tracker saw them (BEP 24). One that lies nearer or further than the tracker
    /// itself is left out: something between us and it was seen instead.
    /// </summary>
    public IReadOnlyList<IPAddress> OwnAddresses { get; private init; } = [];

    /// <summary>When a refusing tracker wants to be asked again; null when it does not say.</summary>
    public TimeSpan? RetryIn { get; private init; }

    /// <summary>True when the tracker never wants to be asked again.</summary>
    public bool IsFinal { get; private init; }

    /// <summary>What came of a reply that could be read, which may be a refusal.</summary>
    public static AnnounceOutcome Of(AnnounceReply reply, AddressScope trackerScope) => reply.Failure is { } failure
        ? Failed($"The tracker refused: {(failure.Length > 0 ? failure : "it gave no reason")}") with
        {
            TrackerScope = trackerScope,
            RetryIn = reply.RetryIn,
            IsFinal = reply.IsFinal,
        }
        : new AnnounceOutcome
        {
            Reply = reply,
            TrackerScope = trackerScope,
            OwnAddresses = reply.ExternalAddress is { } own && own.Scope() == trackerScope ? [own.Normalised()] : [],
        };

    /// <summary>What came of a tracker that was not reached or not understood.</summary>
    public static AnnounceOutcome Failed(string error) => new() { Error = error };

    /// <summary>
    /// Joins the outcomes of one announce over two address families, or of the two hashes of a hybrid torrent: it is a
    /// success when one of them is. Peers are joined, and the longer intervals hold.
    /// </summary>
    public static AnnounceOutcome Join(AnnounceOutcome first, AnnounceOutcome second)
    {
        if (second.Reply is not { } b)
            // Final for both only if both say so.
            return first.Reply is null ? first with { IsFinal = first.IsFinal && second.IsFinal } : first;
        if (first.Reply is not { } a) return second;
        return first with
        {
            Reply = a with
            {
                Interval = a.Interval > b.Interval ? a.Interval : b.Interval,
                MinInterval = a.MinInterval > b.MinInterval ? a.MinInterval : b.MinInterval,
                Peers = [.. a.Peers.Union(b.Peers)],
                Warning = a.Warning ?? b.Warning,
                TrackerId = a.TrackerId ?? b.TrackerId,
                Complete = Larger(a.Complete, b.Complete),
                Incomplete = Larger(a.Incomplete, b.Incomplete),
                Downloaded = Larger(a.Downloaded, b.Downloaded),
                ExternalAddress = a.ExternalAddress ?? b.ExternalAddress,
            },
            OwnAddresses = [.. first.OwnAddresses.Union(second.OwnAddresses)],
            // The further one is the less trusted one.
            TrackerScope = first.TrackerScope > second.TrackerScope ? first.TrackerScope : second.TrackerScope,
        };
    }

    private static int? Larger(int? a, int? b) => a is null || b > a ? b : a;
}
