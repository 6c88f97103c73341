using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Shoal.Discovery;
using Shoal.Engine.Lines;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Catalogues;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Catalogues;

/// <summary>
/// Speaks to the catalogue of a tracker that the user named. All members may be used from any thread; what fails throws
/// a <see cref="TorrentException"/>.
/// </summary>
public sealed class CatalogueClient : IDisposable
{
    /// <summary>Bytes of an answer at the most: two hundred endpoints with as many chunks as are written out.</summary>
    private const int MaxAnswerBytes = 32 * 1024 * 1024;

    /// <summary>Times that a request is made again when the tracker says that it is too busy.</summary>
    private const int MaxRetries = 5;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;
    private AddressScope _scope = AddressScope.Global;

    /// <summary>A client of one tracker.</summary>
    /// <param name="tracker">A URL of the tracker: its announce URL (http, https or udp) or another of its own.</param>
    /// <param name="token">What changing the catalogue takes, or null.</param>
    /// <param name="bind">Address to speak from; null leaves it to the system.</param>
    public CatalogueClient(Uri tracker, string? token = null, IPAddress? bind = null)
    {
        ArgumentNullException.ThrowIfNull(tracker);
        // A tracker of ours answers over UDP and HTTP on the same port number.
        string scheme = tracker.Scheme == "https" ? "https" : "http";
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.All,
            ConnectCallback = (context, cancel) => ConnectAsync(context.DnsEndPoint, bind, cancel),
        };
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri($"{scheme}://{tracker.Authority}/"),
            Timeout = Deadline,
            MaxResponseContentBufferSize = MaxAnswerBytes,
        };
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Where the catalogue is.</summary>
    public Uri Address => _http.BaseAddress!;

    /// <summary>True once the tracker refused a change for want of its token.</summary>
    public bool NeedsToken { get; private set; }

    /// <summary>True when there is a catalogue; false when nothing answers, or a server without one.</summary>
    public async Task<bool> ExistsAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            await GetAsync("files?limit=0", CatalogueJson.Default.FileList, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TorrentException)
        {
            return false;
        }
    }

    /// <summary>A page of files.</summary>
    public async Task<FileList> ListAsync(CatalogueSearch search, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(search);
        return await GetAsync(search.ToTarget(), CatalogueJson.Default.FileList, cancellationToken)
            .ConfigureAwait(false) ?? throw Refused("has no catalogue of files");
    }

    /// <summary>The file of a name, or null. Of several the one that most have, with the others beside it.</summary>
    public Task<LookupReply?> FindByNameAsync(string name, CancellationToken cancellationToken = default) =>
        GetAsync(
            $"lookup?chunks=ranges&file_name={Uri.EscapeDataString(name)}", CatalogueJson.Default.LookupReply,
            cancellationToken);

    /// <summary>The file that a hash of its bytes or of its torrent names, or null.</summary>
    public Task<LookupReply?> FindByHashAsync(string hash, CancellationToken cancellationToken = default) =>
        GetAsync(
            $"lookup?chunks=ranges&file_hash={Uri.EscapeDataString(hash)}", CatalogueJson.Default.LookupReply,
            cancellationToken);

    /// <summary>The torrent of a file, or null when the catalogue has none.</summary>
    public async Task<Metainfo?> TorrentOfAsync(string fileHash, CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, $"files/{Uri.EscapeDataString(fileHash)}/torrent"),
            cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.OK) return null;
        byte[] bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        return MetainfoReader.TryRead(bytes, out Metainfo? metainfo, out string? error)
            ? metainfo
            : throw new TorrentException(TorrentError.InvalidInput, $"What {Address} sent is no torrent: {error}");
    }

    /// <summary>Registers files for an endpoint.</summary>
    public Task<RegisterReply> RegisterAsync(RegisterRequest request, CancellationToken cancellationToken = default) =>
        PostAsync("register", request, CatalogueJson.Default.RegisterRequest, CatalogueJson.Default.RegisterReply,
            cancellationToken);

    /// <summary>Registers chunks that an endpoint holds besides those before.</summary>
    public Task<ChunkReply> AddChunksAsync(ChunkRequest request, CancellationToken cancellationToken = default) =>
        PostAsync("chunks", request, CatalogueJson.Default.ChunkRequest, CatalogueJson.Default.ChunkReply,
            cancellationToken);

    /// <summary>Removes an endpoint.</summary>
    public Task<LeaveReply> LeaveAsync(LeaveRequest request, CancellationToken cancellationToken = default) =>
        PostAsync("leave", request, CatalogueJson.Default.LeaveRequest, CatalogueJson.Default.LeaveReply,
            cancellationToken);

    /// <summary>Brings the torrent of a file that is registered.</summary>
    public async Task PutTorrentAsync(
        string fileHash, ReadOnlyMemory<byte> torrent, CancellationToken cancellationToken = default)
    {
        using HttpResponseMessage response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Put, $"files/{Uri.EscapeDataString(fileHash)}/torrent")
            {
                Content = new ReadOnlyMemoryContent(torrent),
            },
            cancellationToken).ConfigureAwait(false);
        await ReadAsync(response, CatalogueJson.Default.FileEntry, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The endpoints of an answer that its tracker may name: one that is far away may not send anybody to addresses of
    /// a local network or of this machine.
    /// </summary>
    public IReadOnlyList<ChunkPeer> PeersOf(LookupReply file)
    {
        ArgumentNullException.ThrowIfNull(file);
        List<ChunkPeer> peers = [];
        foreach (FilePeer peer in file.Peers)
        {
            bool isEndPoint = IPAddress.TryParse(peer.Ip, out IPAddress? address)
                && peer.Port is > 0 and <= IPEndPoint.MaxPort;
            if (!isEndPoint || !ChunkSet.TryParse(peer.ChunkRanges, out ChunkSet? chunks)) continue;
            var endPoint = new IPEndPoint(address!, peer.Port);
            if (AddressPolicy.Allows(AddressOrigin.Tracker(_scope), AddressUse.Peer, endPoint, out _))
                peers.Add(new ChunkPeer(endPoint, chunks));
        }
        return peers;
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(
        DnsEndPoint target, IPAddress? bind, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await Dns.GetHostAddressesAsync(target.Host, cancellationToken).ConfigureAwait(false);
        SocketException? last = null;
        foreach (IPAddress address in addresses)
        {
            if (bind is not null && bind.AddressFamily != address.AddressFamily) continue;
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                if (bind is not null) socket.Bind(new IPEndPoint(bind, 0));
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), cancellationToken)
                    .ConfigureAwait(false);
                _scope = address.Scope();
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                last = e;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
        throw last ?? new SocketException((int)SocketError.AddressNotAvailable);
    }

    private async Task<T?> GetAsync<T>(string target, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using HttpResponseMessage response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Get, target), cancellationToken).ConfigureAwait(false);
        // A catalogue says in JSON that a file is missing; a server without one says so otherwise.
        bool isJson = response.Content.Headers.ContentType?.MediaType == "application/json";
        if (response.StatusCode == HttpStatusCode.NotFound && isJson) return null;
        return await ReadAsync(response, type, cancellationToken).ConfigureAwait(false);
    }

    private async Task<TReply> PostAsync<TRequest, TReply>(
        string target, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TReply> replyType,
        CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await SendAsync(
            () => new HttpRequestMessage(HttpMethod.Post, target)
            {
                Content = JsonContent.Create(request, requestType),
            },
            cancellationToken).ConfigureAwait(false);
        return await ReadAsync(response, replyType, cancellationToken).ConfigureAwait(false);
    }

    private async Task<HttpResponseMessage> SendAsync(
        Func<HttpRequestMessage> makeRequest, CancellationToken cancellationToken)
    {
        for (int tries = 0; ; tries++)
        {
            HttpResponseMessage response;
            try
            {
                using HttpRequestMessage request = makeRequest();
                response = await _http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or InvalidDataException)
            {
                // The second is an answer that says to be packed and is not.
                throw new TorrentException(
                    TorrentError.Network,
                    $"The tracker at {Address} cannot be asked: {WhyOf(e)}.",
                    e);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TorrentException(
                    TorrentError.Network,
                    $"The tracker at {Address} did not answer in {Deadline.TotalSeconds:0} s.",
                    e);
            }
            if (response.StatusCode != HttpStatusCode.TooManyRequests || tries == MaxRetries) return response;
            TimeSpan pause = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            response.Dispose();
            await Task.Delay(pause < LongestPause ? pause : LongestPause, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T> ReadAsync<T>(
        HttpResponseMessage response, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        try
        {
            if (response.IsSuccessStatusCode)
                return await response.Content.ReadFromJsonAsync(type, cancellationToken).ConfigureAwait(false)
                    ?? throw Refused("sent an empty answer");
            if (response.Content.Headers.ContentType?.MediaType != "application/json")
                throw Refused("has no catalogue of files");
            if (response.StatusCode == HttpStatusCode.Unauthorized)
            {
                NeedsToken = true;
                throw Refused("needs its token for changes");
            }
            ErrorReply? error = await response.Content
                .ReadFromJsonAsync(CatalogueJson.Default.ErrorReply, cancellationToken).ConfigureAwait(false);
            throw Refused($"refused: {Sentence(error?.Error)}");
        }
        catch (JsonException)
        {
            throw Refused("has no catalogue of files");
        }
    }

    private static string WhyOf(Exception error) => error.InnerException is SocketException socket
        ? SocketErrorText.Of(socket.SocketErrorCode)
        : (error.InnerException ?? error).Message.TrimEnd('.');

    /// <summary>What a tracker says, fit to be shown: a line of bounded length with nothing unseen in it.</summary>
    private static string Sentence(string? told)
    {
        const int MaxChars = 200;
        if (string.IsNullOrWhiteSpace(told)) return "it does not say why";
        string head = told.Length > MaxChars ? $"{told[..MaxChars].TrimEnd()}..." : told;
        return string.Create(head.Length, head, static (line, text) =>
        {
            for (int i = 0; i < line.Length; i++)
                line[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i])
                    || char.GetUnicodeCategory(text[i]) == UnicodeCategory.Format ? '?' : text[i];
        });
    }

    private TorrentException Refused(string what) =>
        new(TorrentError.Network, $"The tracker at {Address} {what}{(what.EndsWith('.') ? "" : ".")}");
}
