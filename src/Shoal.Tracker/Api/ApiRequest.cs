using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Shoal.Protocol.Addresses;
using Shoal.Tracker.Catalogue;

namespace Shoal.Tracker.Api;

/// <summary>A request for the catalogue, read from the features of the server.</summary>
internal sealed class ApiRequest
{
    /// <summary>Parameters that are read of a query; the rest is left alone.</summary>
    private const int MaxParameters = 20;

    /// <summary>Bytes read from the body at a time.</summary>
    private const int ReadBytes = 16 * 1024;

    private readonly IFeatureCollection _context;
    private readonly Dictionary<string, string> _query = [];

    /// <summary>Reads everything but the body.</summary>
    public ApiRequest(IFeatureCollection context, string target)
    {
        _context = context;
        var request = context.GetRequiredFeature<IHttpRequestFeature>();
        Method = request.Method == "HEAD" ? "GET" : request.Method;
        Headers = request.Headers;
        int mark = target.IndexOf('?', StringComparison.Ordinal);
        string path = mark < 0 ? target : target[..mark];
        Segments = [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)];
        if (mark >= 0) ReadQuery(target[(mark + 1)..]);
        IPAddress from = context.GetRequiredFeature<IHttpConnectionFeature>().RemoteIpAddress ?? IPAddress.None;
        Asker = new Asker(from.Normalised(), AnnounceUrl(request.Scheme == "https" ? "https" : "http"));
    }

    /// <summary>The method; HEAD counts as GET, of which the server sends only the head.</summary>
    public string Method { get; }

    /// <summary>The elements of the path, unescaped.</summary>
    public IReadOnlyList<string> Segments { get; }

    /// <summary>The head as it was sent.</summary>
    public IHeaderDictionary Headers { get; }

    /// <summary>Who asks.</summary>
    public Asker Asker { get; }

    /// <summary>A parameter of the query, unescaped; null when it is missing or empty.</summary>
    public string? this[string name] => _query.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>Lets the server take a body: it refuses them else, since announces have none.</summary>
    public void AllowBody(int maxBytes)
    {
        if (_context.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = maxBytes;
    }

    /// <summary>Reads the body; null when it has more bytes than allowed.</summary>
    /// <exception cref="IOException">The client went away or was too slow.</exception>
    public async Task<byte[]?> ReadBodyAsync(int maxBytes)
    {
        AllowBody(maxBytes);
        if (Headers.ContentLength > maxBytes) return null;
        Stream stream = _context.GetRequiredFeature<IHttpRequestFeature>().Body;
        using var body = new MemoryStream();
        byte[] buffer = new byte[ReadBytes];
        while (true)
        {
            int read = await stream.ReadAsync(buffer).ConfigureAwait(false);
            if (read == 0) return body.ToArray();
            if (body.Length + read > maxBytes) return null;
            body.Write(buffer, 0, read);
        }
    }

    private void ReadQuery(string query)
    {
        foreach (string part in query.Split('&', MaxParameters + 1).Take(MaxParameters))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? part : part[..equals];
            string value = equals < 0 ? "" : part[(equals + 1)..];
            _query.TryAdd(Unescape(name), Unescape(value));
        }
    }

    private static string Unescape(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    /// <summary>Where this tracker announces, by the name that the client has for it.</summary>
    private string? AnnounceUrl(string scheme)
    {
        const int MaxHostChars = 261;
        string host = Headers.Host.ToString();
        bool isHost = host.Length is > 0 and <= MaxHostChars
            && Uri.TryCreate($"{scheme}://{host}/announce", UriKind.Absolute, out Uri? url)
            && url.Authority.Length > 0 && url.AbsolutePath == "/announce" && url.UserInfo.Length == 0;
        return isHost ? $"{scheme}://{host}/announce" : null;
    }
}
