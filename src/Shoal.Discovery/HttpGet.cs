using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Shoal.Discovery;

/// <summary>What all our requests over HTTP have in common.</summary>
internal static class HttpGet
{
    /// <summary>A GET that names us, with the credentials that the URL has and no others.</summary>
    public static HttpRequestMessage Request(Uri url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url)
        {
            Version = HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("Shoal", "0.1"));
        if (url.UserInfo.Length > 0)
        {
            byte[] credentials = Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo));
            request.Headers.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
        }
        return request;
    }

    /// <summary>True for what a request or a body throws because of the server or the network.</summary>
    public static bool IsFailure(Exception e) =>
        e is HttpRequestException or IOException or InvalidDataException or UriFormatException;

    /// <summary>What such an exception means, as a sentence.</summary>
    public static string Sentence(Exception e, string who) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            $"{who} has no valid certificate for its name: {(e.InnerException ?? e).Message}",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } =>
            $"{who} has a name that is not known.",
        InvalidDataException => $"{who} sent broken compressed data.",
        _ => $"{who} broke off: {(e.InnerException ?? e).Message}",
    };

    /// <summary>Where a redirect leads; null for every other answer.</summary>
    public static Uri? RedirectOf(HttpResponseMessage response, Uri url) =>
        (int)response.StatusCode is 301 or 302 or 303 or 307 or 308 && response.Headers.Location is { } location
            ? new Uri(url, location)
            : null;

    /// <summary>
    /// Whether a redirect may be followed: to http and https only, and not from the latter to the former.
    /// </summary>
    public static bool MayRedirect(Uri from, Uri to) =>
        to.Scheme == "https" || (to.Scheme == "http" && from.Scheme != "https");
}
