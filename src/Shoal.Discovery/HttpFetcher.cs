using System.Buffers;
using System.Net;
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
            if (!HttpGet.MayRedirect(fetch.Url, target))
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
        private readonly HttpConnector _connector = new(
            options, fetch.Url, fetch.Origin, new AddressUse(fetch.Use, fetch.PolicyPath), fetch.Who)
        {
            Family = fetch.Family,
            Addresses = fetch.Addresses,
        };

        public async Task<(HttpFetched Result, Uri? Target)> RunAsync(CancellationToken cancellationToken)
        {
            using SocketsHttpHandler handler = _connector.NewHandler();
            handler.AutomaticDecompression = DecompressionMethods.GZip | DecompressionMethods.Deflate;
            using var invoker = new HttpMessageInvoker(handler);
            using HttpRequestMessage request = HttpGet.Request(fetch.Url);
            request.Headers.ConnectionClose = true;
            try
            {
                using HttpResponseMessage response =
                    await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
                int status = (int)response.StatusCode;
                if (HttpGet.RedirectOf(response, fetch.Url) is { } target)
                    return (new HttpFetched(null, status, _connector.Scope, null), target);
                byte[]? body = await ReadAsync(response.Content, cancellationToken).ConfigureAwait(false);
                return (body is null
                    ? HttpFetched.Failed($"{fetch.Who} sent more than {fetch.MaxBytes} bytes.")
                    : new HttpFetched(body, status, _connector.Scope, null), null);
            }
            catch (Exception e) when (HttpGet.IsFailure(e))
            {
                return (HttpFetched.Failed(_connector.Refusal ?? HttpGet.Sentence(e, fetch.Who)), null);
            }
        }

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
    }
}
