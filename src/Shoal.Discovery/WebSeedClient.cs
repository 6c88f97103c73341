using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Shoal.Protocol.Addresses;

namespace Shoal.Discovery;

/// <summary>
/// Asks one web server, and those that it redirects to, for parts of files
/// (<see href="https://www.bittorrent.org/beps/bep_0019.html">BEP 19</see>). Every connection is judged by
/// <see cref="AddressPolicy"/> with the address it really goes to, and used for requests of the same origin alone.
/// </summary>
public sealed class WebSeedClient : IDisposable
{
    /// <summary>Redirects followed at the most; libtorrent's limit.</summary>
    private const int MaxRedirects = 5;

    /// <summary>
    /// Time for the head of an answer, with everything that has to be done for it; libtorrent's urlseed_timeout.
    /// </summary>
    private static readonly TimeSpan HeadLimit = TimeSpan.FromSeconds(20);

    /// <summary>Places that redirects led to which are kept; a server with more of them is asked again.</summary>
    private const int MaxKeptRedirects = 1024;

    /// <summary>Kinds of connection: the server's own, and those of redirects to nearer and nearer places.</summary>
    private const int MaxPools = 8;

    private readonly TrackerClientOptions _options;
    private readonly Uri _url;
    private readonly AddressOrigin _origin;
    private readonly string _who;
    private readonly Lock _gate = new();
    private readonly Dictionary<(AddressOrigin Origin, bool HasQuery), Pool> _pools = [];
    private readonly Dictionary<Uri, Place> _redirects = [];
    private bool _disposed;

    /// <summary>A client that has no connection yet.</summary>
    /// <param name="options">How the network is used.</param>
    /// <param name="url">The web seed, an http or https URL.</param>
    /// <param name="origin">Who named it.</param>
    public WebSeedClient(TrackerClientOptions options, Uri url, AddressOrigin origin)
    {
        _options = options;
        _url = url;
        _origin = origin;
        _who = $"The web seed at {Show(url)}";
    }

    /// <summary>A URL for people: without user name, password and query, which can be secret.</summary>
    public static string Show(Uri url) =>
        url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped)
        + (url.Query.Length > 1 ? "?…" : "");

    /// <summary>Finds out where the server is, without connecting to it.</summary>
    /// <returns>An address that may be connected to, or why there is none.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<(IPEndPoint? EndPoint, WebSeedFault? Fault)> FindAsync(CancellationToken stop)
    {
        var connector = new HttpConnector(
            _options, _url, _origin, AddressUse.WebSeed(_url.PathAndQuery), _who);
        using var limit = new CancellationTokenSource(HeadLimit, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            IPEndPoint? found = await connector.FindAsync(either.Token).ConfigureAwait(false);
            return (found, found is null ? new WebSeedFault(connector.Refusal!, connector.IsForbidden) : null);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            return (null, new WebSeedFault($"{_who} has a name that is not known: {e.Message}"));
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, new WebSeedFault($"{_who} has a name that no name server knew in time."));
        }
    }

    /// <summary>Asks for a range and reads the head of the answer, also while other answers are open.</summary>
    /// <returns>The body, or why there is none.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<(WebSeedAnswer? Answer, WebSeedFault? Fault)> OpenAsync(
        WebSeedRange range, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(HeadLimit, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            Place? kept = KeptPlaceOf(range.Url);
            if (kept is not null)
            {
                (WebSeedAnswer? answer, _) = await FollowAsync(range, kept, either.Token).ConfigureAwait(false);
                if (answer is not null) return (answer, null);
                // Where a redirect leads is often good for a time only.
                lock (_gate) _redirects.Remove(range.Url);
            }
            return await FollowAsync(range, new Place(range.Url, _origin), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (null, new WebSeedFault($"{_who} did not answer within {HeadLimit.TotalSeconds:0} seconds."));
        }
    }

    /// <summary>Closes all connections.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            foreach (Pool pool in _pools.Values) pool.Dispose();
            _pools.Clear();
        }
    }

    private async Task<(WebSeedAnswer? Answer, WebSeedFault? Fault)> FollowAsync(
        WebSeedRange range, Place place, CancellationToken stop)
    {
        for (int redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            if (PoolFor(place) is not { } pool)
                return (null, new WebSeedFault($"{_who} redirects to too many places."));
            try
            {
                (WebSeedAnswer? answer, WebSeedFault? fault, Uri? target) =
                    await AskAsync(pool, range, place.Url, stop).ConfigureAwait(false);
                if (answer is not null && redirects > 0) Keep(range.Url, place);
                if (target is null) return (answer, fault);
                if (!HttpGet.MayRedirect(place.Url, target))
                    return (null, new WebSeedFault($"{_who} redirects from {place.Url.Scheme} to {target.Scheme}."));
                place = new Place(target, place.Origin.Redirected(pool.Connector.Scope));
            }
            catch (Exception e) when (HttpGet.IsFailure(e) || e is ObjectDisposedException)
            {
                HttpConnector connector = pool.Connector;
                return (null, connector.Refusal is { } refusal
                    ? new WebSeedFault(refusal, connector.IsForbidden)
                    : new WebSeedFault(HttpGet.Sentence(e, _who)));
            }
        }
        return (null, new WebSeedFault($"{_who} redirects more than {MaxRedirects} times."));
    }

    private async Task<(WebSeedAnswer? Answer, WebSeedFault? Fault, Uri? Target)> AskAsync(
        Pool pool, WebSeedRange range, Uri url, CancellationToken stop)
    {
        using HttpRequestMessage request = HttpGet.Request(url);
        request.Headers.Range = new RangeHeaderValue(range.First, range.Last);
        request.Headers.AcceptEncoding.ParseAdd("identity");
        HttpResponseMessage? response = await pool.Invoker.SendAsync(request, stop).ConfigureAwait(false);
        try
        {
            if (HttpGet.RedirectOf(response, url) is { } target) return (null, null, target);
            if (WebSeedJudge.FaultOf(response, range, _who, _options.Time.GetUtcNow()) is { } fault)
                return (null, fault, null);
            Stream body = await response.Content.ReadAsStreamAsync(stop).ConfigureAwait(false);
            var answer = new WebSeedAnswer(response, body, range.Length, _who);
            response = null;
            return (answer, null, null);
        }
        finally
        {
            response?.Dispose();
        }
    }

    private Place? KeptPlaceOf(Uri url)
    {
        lock (_gate) return _redirects.GetValueOrDefault(url);
    }

    private void Keep(Uri url, Place place)
    {
        lock (_gate)
        {
            if (_redirects.Count >= MaxKeptRedirects) _redirects.Clear();
            _redirects[url] = place;
        }
    }

    private Pool? PoolFor(Place place)
    {
        // What the policy says depends on the origin and on whether there is a query, and on nothing else of the URL.
        (AddressOrigin, bool) key = (place.Origin, place.Url.Query.Length > 0);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_pools.TryGetValue(key, out Pool? pool)) return pool;
            if (_pools.Count == MaxPools) return null;
            AddressUse use = AddressUse.WebSeed(place.Url.PathAndQuery);
            return _pools[key] = new Pool(new HttpConnector(_options, place.Url, place.Origin, use, _who));
        }
    }

    /// <summary>Where a file is, and on whose word.</summary>
    private sealed record Place(Uri Url, AddressOrigin Origin);

    /// <summary>Connections that were allowed for one origin.</summary>
    private sealed class Pool : IDisposable
    {
        public Pool(HttpConnector connector)
        {
            Connector = connector;
            SocketsHttpHandler handler = connector.NewHandler();
            // The rest of an answer that is given up is not worth reading.
            handler.MaxResponseDrainSize = 0;
            Invoker = new HttpMessageInvoker(handler, disposeHandler: true);
        }

        public HttpConnector Connector { get; }

        public HttpMessageInvoker Invoker { get; }

        public void Dispose() => Invoker.Dispose();
    }
}
