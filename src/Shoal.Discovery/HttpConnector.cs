using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Shoal.Protocol.Addresses;

namespace Shoal.Discovery;

/// <summary>
/// Connects to web servers that strangers name: each address is judged by <see cref="AddressPolicy"/> at the moment of
/// connecting, so that neither a DNS name nor a redirect gets round it. One connector serves requests of one origin.
/// </summary>
/// <param name="options">How the network is used.</param>
/// <param name="url">The URL that the connections are for.</param>
/// <param name="origin">Who named it.</param>
/// <param name="use">What the connections are for.</param>
/// <param name="who">The server in a sentence, without secrets.</param>
internal sealed class HttpConnector(
    TrackerClientOptions options, Uri url, AddressOrigin origin, AddressUse use, string who)
{
    /// <summary>Kibibytes of response headers at the most; the default of .NET.</summary>
    private const int MaxHeaderKibibytes = 64;

    /// <summary>Time for one of several addresses of a host; libtorrent's connect timeout is 15 s.</summary>
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <summary>The only family to connect over; unspecified, the default, tries all addresses in turn.</summary>
    public AddressFamily Family { get; init; } = AddressFamily.Unspecified;

    /// <summary>The addresses of the URL's host where they are known already; null to look them up.</summary>
    public IReadOnlyList<IPAddress>? Addresses { get; init; }

    /// <summary>Why the last connection could not be made, as a sentence; null when it was.</summary>
    public string? Refusal { get; private set; }

    /// <summary>True when the last connection was not made because the policy has something against it.</summary>
    public bool IsForbidden { get; private set; }

    /// <summary>The furthest scope of all addresses that were connected to.</summary>
    public AddressScope Scope { get; private set; }

    /// <summary>A handler whose connections are all made here, and which does nothing of its own accord.</summary>
    public SocketsHttpHandler NewHandler()
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (context, stop) => new NetworkStream(
                await ConnectAsync(context.DnsEndPoint, stop).ConfigureAwait(false), ownsSocket: true),
            ConnectTimeout = Timeout.InfiniteTimeSpan,
            MaxResponseHeadersLength = MaxHeaderKibibytes,
            UseCookies = false,
            UseProxy = false,
        };
        if (options.Authority is { } authority) handler.SslOptions.CertificateChainPolicy = TrustOnly(authority);
        return handler;
    }

    /// <summary>The first address that may be connected to; null, with the refusal, when there is none.</summary>
    public async Task<IPEndPoint?> FindAsync(CancellationToken cancellationToken)
    {
        await foreach (IPEndPoint target in AllowedAsync(new DnsEndPoint(url.IdnHost, url.Port), cancellationToken)
            .ConfigureAwait(false))
            return target;
        Refusal ??= $"{who} has no address that can be used.";
        return null;
    }

    private static X509ChainPolicy TrustOnly(X509Certificate2 authority) => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { authority },
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    /// <exception cref="IOException">There is no address that answers and may be connected to.</exception>
    private async Task<Socket> ConnectAsync(DnsEndPoint host, CancellationToken cancellationToken)
    {
        await foreach (IPEndPoint target in AllowedAsync(host, cancellationToken).ConfigureAwait(false))
        {
            Socket? socket = await TryConnectAsync(target, cancellationToken).ConfigureAwait(false);
            if (socket is null) continue;
            Refusal = null;
            IsForbidden = false;
            AddressScope scope = target.Address.Scope();
            if (scope > Scope) Scope = scope;
            return socket;
        }
        Refusal ??= $"{who} has no address that can be used.";
        throw new IOException(Refusal);
    }

    private async IAsyncEnumerable<IPEndPoint> AllowedAsync(
        DnsEndPoint host, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<IPAddress> addresses =
            Addresses ?? await options.Lookup(host.Host, cancellationToken).ConfigureAwait(false);
        foreach (IPAddress address in addresses)
        {
            if (!IsWanted(address)) continue;
            var target = new IPEndPoint(address, host.Port);
            if (AddressPolicy.Allows(origin, use, target, out string? refusal))
            {
                yield return target;
                continue;
            }
            Refusal = $"{who} may not be used. {refusal}";
            IsForbidden = true;
        }
    }

    private bool IsWanted(IPAddress address) =>
        (Family == AddressFamily.Unspecified || address.AddressFamily == Family)
        && (options.LocalAddress is null || options.LocalAddress.AddressFamily == address.AddressFamily);

    private async Task<Socket?> TryConnectAsync(IPEndPoint target, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ConnectLimit, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        Socket? socket = null;
        try
        {
            socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            if (options.LocalAddress is { } local) socket.Bind(new IPEndPoint(local, 0));
            await socket.ConnectAsync(target, either.Token).ConfigureAwait(false);
            return socket;
        }
        catch (SocketException e)
        {
            Unreached(target, SocketErrorText.Of(e.SocketErrorCode));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            Unreached(target, "it does not answer");
        }
        catch
        {
            socket?.Dispose();
            throw;
        }
        socket?.Dispose();
        return null;
    }

    private void Unreached(IPEndPoint target, string why)
    {
        Refusal = SocketErrorText.Unreached(who, url, target, why);
        IsForbidden = false;
    }
}
