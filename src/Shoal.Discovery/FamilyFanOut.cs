using System.Net;
using System.Net.Sockets;

namespace Shoal.Discovery;

/// <summary>
/// Announces over IPv4 and IPv6 side by side when a tracker has addresses of both
/// (<see href="https://www.bittorrent.org/beps/bep_0007.html">BEP 7</see>): it can know us at an address only when it
/// is spoken to from there.
/// </summary>
internal sealed class FamilyFanOut(TrackerClientOptions options)
{
    /// <summary>
    /// Once one family has an answer, the other gets this long: a machine whose IPv6 leads nowhere must not wait for
    /// every peer until the deadline.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(3);

    /// <summary>Announces over one family to some of its addresses.</summary>
    public delegate Task<AnnounceOutcome> FamilyAnnounce(
        AddressFamily family, IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken);

    /// <summary>Looks the tracker up and announces over each family that it has.</summary>
    public async Task<AnnounceOutcome> AnnounceAsync(
        TrackerSource tracker, FamilyAnnounce announce, CancellationToken cancellationToken)
    {
        (IPAddress[] v4, IPAddress[] v6, string? error) =
            await LookUpAsync(tracker, cancellationToken).ConfigureAwait(false);
        if (error is not null) return AnnounceOutcome.Failed(error);
        if (v6.Length == 0)
            return await announce(AddressFamily.InterNetwork, v4, cancellationToken).ConfigureAwait(false);
        if (v4.Length == 0)
            return await announce(AddressFamily.InterNetworkV6, v6, cancellationToken).ConfigureAwait(false);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task<AnnounceOutcome> over4 = announce(AddressFamily.InterNetwork, v4, stop.Token);
        Task<AnnounceOutcome> over6 = announce(AddressFamily.InterNetworkV6, v6, stop.Token);
        Task<AnnounceOutcome> first = await Task.WhenAny(over4, over6).ConfigureAwait(false);
        Task<AnnounceOutcome> second = first == over4 ? over6 : over4;
        AnnounceOutcome outcome = await first.ConfigureAwait(false);
        if (outcome.Reply is null)
            return AnnounceOutcome.Join(outcome, await second.ConfigureAwait(false));
        try
        {
            AnnounceOutcome other =
                await second.WaitAsync(Grace, options.Time, cancellationToken).ConfigureAwait(false);
            return AnnounceOutcome.Join(outcome, other);
        }
        catch (TimeoutException)
        {
            await stop.CancelAsync().ConfigureAwait(false);
            return outcome;
        }
    }

    /// <summary>The usable addresses of a tracker by family, or why there are none.</summary>
    public async Task<(IPAddress[] V4, IPAddress[] V6, string? Error)> LookUpAsync(
        TrackerSource tracker, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Deadline, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        string? error = null;
        IPAddress[] all = [];
        try
        {
            all = await options.Lookup(tracker.Url.IdnHost, either.Token).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            string why = SocketErrorText.Of(e.SocketErrorCode);
            error = $"The name of the tracker at {tracker.Masked} cannot be looked up: {why}.";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            error = $"The name of the tracker at {tracker.Masked} cannot be looked up: no name server answers.";
        }
        IPAddress[] v4 = Wanted(all, AddressFamily.InterNetwork);
        IPAddress[] v6 = Wanted(all, AddressFamily.InterNetworkV6);
        if (v4.Length + v6.Length == 0)
            error ??= $"The tracker at {tracker.Masked} has no address that can be used.";
        return (v4, v6, error);
    }

    private IPAddress[] Wanted(IPAddress[] all, AddressFamily family) =>
        options.LocalAddress is { } local && local.AddressFamily != family
            ? []
            : Array.FindAll(all, address => address.AddressFamily == family);
}
