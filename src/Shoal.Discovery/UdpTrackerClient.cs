using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>
/// Talks to trackers over UDP (<see href="https://www.bittorrent.org/beps/bep_0015.html">BEP 15</see>) and tells them
/// the path of their URL (<see href="https://www.bittorrent.org/beps/bep_0041.html">BEP 41</see>).
/// </summary>
public sealed class UdpTrackerClient : ITrackerClient
{
    private readonly TrackerClientOptions _options;
    private readonly FamilyFanOut _families;
    private readonly UdpConnectionIds _ids;

    /// <summary>A client with these settings; it holds no sockets between exchanges.</summary>
    public UdpTrackerClient(TrackerClientOptions options)
    {
        _options = options;
        _families = new FamilyFanOut(options);
        _ids = new UdpConnectionIds(options.Time);
    }

    /// <inheritdoc/>
    public Task<AnnounceOutcome> AnnounceAsync(
        TrackerSource tracker, AnnounceRequest request, CancellationToken cancellationToken)
    {
        byte[] path = tracker.Url.PathAndQuery is "/" ? [] : Encoding.ASCII.GetBytes(tracker.Url.PathAndQuery);
        return _families.AnnounceAsync(tracker, async (family, addresses, token) =>
        {
            UdpAnswer answer = await AskAsync(tracker, addresses, UdpTrackerAction.Announce,
                (datagram, connection, transaction) =>
                    UdpAnnounceCodec.Write(datagram, connection, transaction, request, path),
                token).ConfigureAwait(false);
            if (answer.Error is { } error) return AnnounceOutcome.Failed(error);
            return UdpTrackerReply.TryReadAnnounce(
                answer.Datagram, family == AddressFamily.InterNetworkV6, out AnnounceReply? reply)
                ? AnnounceOutcome.Of(reply!, answer.Scope)
                : AnnounceOutcome.Failed($"The tracker at {tracker.Masked} sent a reply that is cut short.");
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ScrapeOutcome> ScrapeAsync(
        TrackerSource tracker, IReadOnlyList<InfoHash> hashes, CancellationToken cancellationToken)
    {
        (IPAddress[] v4, IPAddress[] v6, string? error) =
            await _families.LookUpAsync(tracker, cancellationToken).ConfigureAwait(false);
        if (error is not null) return new ScrapeOutcome(null, error);
        InfoHash[] asked = [.. hashes.Take(UdpScrapeCodec.MaxHashes)];
        UdpAnswer answer = await AskAsync(tracker, v4.Length > 0 ? v4 : v6, UdpTrackerAction.Scrape,
            (datagram, connection, transaction) =>
                UdpScrapeCodec.WriteRequest(datagram, connection, transaction, asked),
            cancellationToken).ConfigureAwait(false);
        return answer.Error is not null
            ? new ScrapeOutcome(null, answer.Error)
            : new ScrapeOutcome(UdpScrapeCodec.ReadReply(answer.Datagram, asked), null);
    }

    private async Task<UdpAnswer> AskAsync(TrackerSource tracker, IReadOnlyList<IPAddress> addresses,
        UdpTrackerAction action, UdpExchange.WriteRequest write, CancellationToken cancellationToken)
    {
        string who = $"The tracker at {tracker.Masked}";
        var use = AddressUse.Tracker(tracker.Url.PathAndQuery);
        UdpAnswer answer = UdpAnswer.Failed($"{who} has no address that can be used.");
        foreach (IPAddress address in addresses)
        {
            var target = new IPEndPoint(address, tracker.Url.Port);
            if (!AddressPolicy.Allows(tracker.Origin, use, target, out string? refusal))
            {
                answer = UdpAnswer.Failed($"{who} may not be used. {refusal}");
                continue;
            }
            byte[] buffer = ArrayPool<byte>.Shared.Rent(UdpExchange.BufferBytes);
            try
            {
                using var exchange = new UdpExchange(_options, _ids, target, buffer, who);
                return await exchange.RunAsync(action, write, cancellationToken).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                answer = UdpAnswer.Failed(
                    SocketErrorText.Unreached(who, tracker.Url, target, SocketErrorText.Of(e.SocketErrorCode)));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
        return answer;
    }
}
