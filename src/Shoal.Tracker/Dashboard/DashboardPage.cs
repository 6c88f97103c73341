using System.Net;
using System.Security.Cryptography;
using System.Text;
using Shoal.Tracker.Api;

namespace Shoal.Tracker.Dashboard;

/// <summary>
/// The page for people who open the tracker in a browser. All of it is in one file; the browser is told to run that
/// script and that style, by their hashes, and nothing else.
/// </summary>
internal static class DashboardPage
{
    private const string Resource = "Shoal.Tracker.Dashboard.dashboard.html";

    private static readonly Lazy<ApiReply> Page = new(Make);

    /// <summary>The page as it goes out.</summary>
    public static ApiReply Reply => Page.Value;

    private static ApiReply Make()
    {
        byte[] bytes = EmbeddedFile.Read(Resource);
        string text = Encoding.UTF8.GetString(bytes);
        string policy = "default-src 'none'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
            + $"frame-ancestors 'none'; script-src '{HashOf(text, "script")}'; style-src '{HashOf(text, "style")}'";
        return new ApiReply(HttpStatusCode.OK, "text/html; charset=utf-8", bytes) { ContentPolicy = policy };
    }

    /// <summary>The hash of what stands in the one element of a kind.</summary>
    private static string HashOf(string page, string element)
    {
        int begin = page.IndexOf($"<{element}>", StringComparison.Ordinal) + element.Length + 2;
        int end = page.IndexOf($"</{element}>", begin, StringComparison.Ordinal);
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(page[begin..end]));
        return $"sha256-{Convert.ToBase64String(hash)}";
    }
}
