using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Shoal.Protocol.Addresses;

namespace Shoal.Discovery;

/// <summary>
/// Gets small files over HTTP(S) from servers that strangers name: each connection, also after a redirect, is judged by
/// <see cref="AddressPolicy"/> with the address it really goes to, and time and size are bounded.
/// </summary>
/// <remarks>
/// Each request has a handler and a connection of its own. A pool would hand a connection that was allowed for one
/// origin to a request of another; at one announce in half an hour there is nothing to win by it.
/// </remarks>
internal sealed class HttpFetcher(TrackerClientOptions options)
{
    /// <summary>Redirects followed at the most; libtorrent's limit.</summary>
    private const int MaxRedirects = 5;

    /// <summary>Kibibytes of response headers at the most; the default of .NET.</summary>
    private const int MaxHeaderKibibytes = 64;

    /// <summary>Time for one of several addresses of a host; libtorrent's connect timeout is 15 s.</summary>
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <summary>Performs the fetch; everything but cancellation by the caller is a value.</summary>
    public async Task<HttpFetched> GetAsync(HttpFetch fetch, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(fetch.Deadline, options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await FollowAsync(fetch, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return HttpFetched.Failed($"{fetch.Who} did not answer within {fetch.Deadline.TotalSeconds:0} seconds.");
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private async Task<HttpFetched> FollowAsync(HttpFetch fetch, CancellationToken cancellationToken)
    {
        for (int redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            var hop = new Hop(options, fetch);
            (HttpFetched result, Uri? target) = await hop.RunAsync(cancellationToken).ConfigureAwait(false);
            if (target is null) return result;
            if (target.Scheme != "https" && (target.Scheme != "http" || fetch.Url.Scheme == "https"))
                return HttpFetched.Failed($"{fetch.Who} redirects from {fetch.Url.Scheme} to {target.Scheme}.");
            fetch = fetch with
            {
                Url = target,
                // A redirect of an announce rightly repeats its parameters, so only the path is judged.
                PolicyPath = target.AbsolutePath,
                Origin = fetch.Origin.Redirected(result.Scope),
                Addresses = null,
            };
        }
        return HttpFetched.Failed($"{fetch.Who} redirects more than {MaxRedirects} times.");
    }

    /// <summary>One request and its answer. It owns its connection.</summary>
    private sealed class Hop(TrackerClientOptions options, HttpFetch fetch)
    {
        private string? _refusal;
        private AddressScope _scope;

        public async Task<(HttpFetched Result, Uri? Target)> RunAsync(CancellationToken cancellationToken)
        {
            using var handler = new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate,
                ConnectCallback = ConnectAsync,
                ConnectTimeout = Timeout.InfiniteTimeSpan,
                MaxResponseHeadersLength = MaxHeaderKibibytes,
                UseCookies = false,
                UseProxy = false,
            };
            if (options.Authority is { } authority) handler.SslOptions.CertificateChainPolicy = TrustOnly(authority);
            using var invoker = new HttpMessageInvoker(handler);
            using HttpRequestMessage request = MakeRequest();
            try
            {
                using HttpResponseMessage response =
                    await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
                int status = (int)response.StatusCode;
                if (status is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location)
                    return (new HttpFetched(null, status, _scope, null), new Uri(fetch.Url, location));
                byte[]? body = await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false);
                return (body is null
                    ? HttpFetched.Failed($"{fetch.Who} sent more than {fetch.MaxBytes} bytes.")
                    : new HttpFetched(body, status, _scope, null), null);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException
                or UriFormatException)
            {
                return (HttpFetched.Failed(_refusal ?? Sentence(e)), null);
            }
        }

        private static X509ChainPolicy TrustOnly(X509Certificate2 authority) => new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            CustomTrustStore = { authority },
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };

        private HttpRequestMessage MakeRequest()
        {
            var request = new HttpRequestMessage(HttpMethod.Get, fetch.Url)
            {
                Version = HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Shoal", "0.1"));
            request.Headers.ConnectionClose = true;
            if (fetch.Url.UserInfo.Length > 0)
            {
                byte[] credentials = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(fetch.Url.UserInfo));
                request.Headers.Authorization =
                    new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
            }
            return request;
        }

        private async ValueTask<Stream> ConnectAsync(
            SocketsHttpConnectionContext context, CancellationToken cancellationToken)
        {
            IReadOnlyList<IPAddress> addresses = fetch.Addresses
                ?? await options.Lookup(context.DnsEndPoint.Host, cancellationToken).ConfigureAwait(false);
            var use = new AddressUse(fetch.Use, fetch.PolicyPath);
            foreach (IPAddress address in addresses)
            {
                if (!IsWanted(address)) continue;
                var target = new IPEndPoint(address, context.DnsEndPoint.Port);
                if (!AddressPolicy.Allows(fetch.Origin, use, target, out string? refusal))
                {
                    _refusal = $"{fetch.Who} may not be used. {refusal}";
                    continue;
                }
                Socket? socket = await TryConnectAsync(target, cancellationToken).ConfigureAwait(false);
                if (socket is null) continue;
                _refusal = null;
                _scope = address.Scope();
                return new NetworkStream(socket, ownsSocket: true);
            }
            _refusal ??= $"{fetch.Who} has no address that can be used.";
            throw new IOException(_refusal);
        }

        private bool IsWanted(IPAddress address) =>
            (fetch.Family == AddressFamily.Unspecified || address.AddressFamily == fetch.Family)
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
                _refusal = Unreached(target, SocketErrorText.Of(e.SocketErrorCode));
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                _refusal = Unreached(target, "it does not answer");
            }
            catch
            {
                socket?.Dispose();
                throw;
            }
            socket?.Dispose();
            return null;
        }

        private string Unreached(IPEndPoint target, string why) =>
            SocketErrorText.Unreached(fetch.Who, fetch.Url, target, why);

        /// <summary>Reads the body; null when it is longer than allowed.</summary>
        private async Task<byte[]?> ReadAsync(HttpContent content, CancellationToken cancellationToken)
        {
            const int FirstBytes = 4096;
            using Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var body = new ArrayBufferWriter<byte>(FirstBytes);
            while (body.WrittenCount <= fetch.MaxBytes)
            {
                int read = await stream.ReadAsync(body.GetMemory(FirstBytes), cancellationToken).ConfigureAwait(false);
                if (read == 0) return body.WrittenSpan.ToArray();
                body.Advance(read);
            }
            return null;
        }

        private string Sentence(Exception e) => e switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                $"{fetch.Who} has no valid certificate for its name: {(e.InnerException ?? e).Message}",
            HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
                $"{fetch.Who} has a name that is not known.",
            InvalidDataException => $"{fetch.Who} sent broken compressed data.",
            _ => $"{fetch.Who} broke off: {(e.InnerException ?? e).Message}",
        };
    }
}
