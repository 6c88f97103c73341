using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Shoal.Tracker.Api;

/// <summary>
/// Decides who may ask the catalogue, and who may change it. With a token only who brings it changes anything; without
/// one, which is for trackers on loopback, any program of this machine, but no page that its browser shows.
/// </summary>
/// <param name="token">The token, or null when none is asked for.</param>
/// <param name="isLocal">
/// True when the tracker is reached by this machine alone, and so by no name: a page from elsewhere whose name was made
/// to lead here would be taken for one of ours by the browser.
/// </param>
internal sealed class ApiGate(string? token, bool isLocal)
{
    private const string Scheme = "Bearer ";

    /// <summary>Headers by which a proxy tells that a request came from elsewhere.</summary>
    private static readonly string[] Traces = ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"];

    /// <summary>Null when the request may be answered at all, else the reply that says why not.</summary>
    public ApiReply? RefuseHost(IHeaderDictionary headers) =>
        !isLocal || IsLocalName(headers.Host.ToString()) ? null : ApiReply.Error(
            HttpStatusCode.MisdirectedRequest,
            "This tracker is on loopback and answers here by its address only; behind a proxy, name its header.");

    /// <summary>Null when the request may change something, else the reply that says why not.</summary>
    public ApiReply? RefuseWrite(IHeaderDictionary headers, IPAddress from)
    {
        if (token is not null)
            return IsToken(headers.Authorization.ToString()) ? null : ApiReply.Error(
                HttpStatusCode.Unauthorized,
                "Changing the catalogue needs its token: send it as Authorization: Bearer TOKEN.")
                with { WantsToken = true };
        if (!IPAddress.IsLoopback(from) || Traces.Any(headers.ContainsKey))
            return ApiReply.Error(
                HttpStatusCode.Forbidden, "Only programs of the tracker's own machine may change this catalogue.");
        return IsFromPage(headers) ? ApiReply.Error(
            HttpStatusCode.Forbidden, "Pages of other sites may not change the catalogue.") : null;
    }

    private bool IsToken(string authorization)
    {
        if (!authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        // Of the hashes, so that the time tells neither the length nor how much of a guess is right.
        byte[] given = SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim()));
        return CryptographicOperations.FixedTimeEquals(given, SHA256.HashData(Encoding.UTF8.GetBytes(token!)));
    }

    /// <summary>
    /// True for a request that a browser makes for a page from elsewhere, also when that page's name was made to lead
    /// to this machine.
    /// </summary>
    private static bool IsFromPage(IHeaderDictionary headers)
    {
        string host = headers.Host.ToString();
        string origin = headers.Origin.ToString();
        bool isOurs = origin.Length == 0 || origin == $"http://{host}";
        return !isOurs || headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site" || !IsLocalName(host);
    }

    private static bool IsLocalName(string host) =>
        host.Length == 0
        || (Uri.TryCreate($"http://{host}", UriKind.Absolute, out Uri? url)
            && url.UserInfo.Length == 0
            && (url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || url.IsLoopback));
}
