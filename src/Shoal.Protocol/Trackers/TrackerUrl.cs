using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Shoal.Protocol.Trackers;

/// <summary>Makes the URLs of announce and scrape, and URLs fit for logs.</summary>
public static class TrackerUrl
{
    /// <summary>
    /// Characters of a tracker URL at the most; what servers take in a request line, with room for a query.
    /// </summary>
    public const int MaxLength = 2048;

    /// <summary>
    /// The URL of one announce. A query that the tracker URL already has, such as a passkey, is kept as it is, and ours
    /// follows it; a fragment is dropped.
    /// </summary>
    public static Uri ForAnnounce(Uri tracker, AnnounceRequest request)
    {
        StringBuilder url = Begin(tracker.GetLeftPart(UriPartial.Path), tracker.Query);
        Span<byte> raw = stackalloc byte[InfoHash.Length];
        request.InfoHash.CopyTo(raw);
        url.Append("info_hash=");
        RawEscape.Append(url, raw);
        request.PeerId.CopyTo(raw);
        url.Append("&peer_id=");
        RawEscape.Append(url, raw);
        CultureInfo invariant = CultureInfo.InvariantCulture;
        url.Append(invariant, $"&port={request.Port}&uploaded={request.Uploaded}&downloaded={request.Downloaded}");
        url.Append(invariant, $"&left={request.Left ?? AnnounceRequest.UnknownLeftBytes}&key={request.Key:X8}");
        if (NameOf(request.Event) is { } name) url.Append("&event=").Append(name);
        if (request.NumWant >= 0) url.Append(invariant, $"&numwant={request.NumWant}");
        url.Append("&compact=1&no_peer_id=1");
        if (request.TrackerId is { } id)
        {
            url.Append("&trackerid=");
            RawEscape.Append(url, Encoding.Latin1.GetBytes(id));
        }
        if (request.Address is { } address)
        {
            url.Append("&ip=");
            RawEscape.Append(url, Encoding.ASCII.GetBytes(address.ToString()));
        }
        return Verbatim(url);
    }

    /// <summary>
    /// The URL of one scrape (<see href="https://www.bittorrent.org/beps/bep_0048.html">BEP 48</see>): the tracker URL
    /// with "announce" at the start of its last path segment replaced by "scrape".
    /// </summary>
    /// <returns>False when the last segment does not begin so, which means that the tracker has no scrape.</returns>
    public static bool TryForScrape(Uri tracker, ReadOnlySpan<InfoHash> hashes, [NotNullWhen(true)] out Uri? scrape)
    {
        const string Announce = "announce";
        scrape = null;
        string path = tracker.GetLeftPart(UriPartial.Path);
        int last = path.LastIndexOf('/') + 1;
        if (!path.AsSpan(last).StartsWith(Announce, StringComparison.Ordinal)) return false;
        StringBuilder url = Begin(string.Concat(path.AsSpan(0, last), "scrape", path.AsSpan(last + Announce.Length)),
            tracker.Query);
        Span<byte> raw = stackalloc byte[InfoHash.Length];
        foreach (InfoHash hash in hashes)
        {
            if (url[^1] is not ('?' or '&')) url.Append('&');
            hash.CopyTo(raw);
            url.Append("info_hash=");
            RawEscape.Append(url, raw);
        }
        scrape = Verbatim(url);
        return true;
    }

    /// <summary>
    /// The URL for logs and screens: host and port, and of the path only what is no secret. Passkeys sit in user names,
    /// in path segments and in queries, so those are shown as "…".
    /// </summary>
    public static string Mask(Uri tracker)
    {
        var text = new StringBuilder($"{tracker.Scheme}://{tracker.Authority[(tracker.Authority.IndexOf('@') + 1)..]}");
        foreach (string segment in tracker.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries))
            text.Append('/').Append(IsCommon(segment) ? segment : "…");
        if (tracker.Query.Length > 1) text.Append("?…");
        return text.ToString();
    }

    private static bool IsCommon(string segment) =>
        segment is "announce" or "announce.php" or "scrape" or "scrape.php" or "tracker" or "tracker.php" or "a" or "t";

    private static StringBuilder Begin(string path, string query)
    {
        var url = new StringBuilder(path, MaxLength).Append(query.Length > 0 ? query : "?");
        if (url[^1] is not ('?' or '&')) url.Append('&');
        return url;
    }

    /// <summary>Keeps the escapes as they were written: canonicalisation would decode some of them.</summary>
    private static Uri Verbatim(StringBuilder url) => new(url.ToString(),
        new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });

    private static string? NameOf(AnnounceEvent reason) => reason switch
    {
        AnnounceEvent.Started => "started",
        AnnounceEvent.Stopped => "stopped",
        AnnounceEvent.Completed => "completed",
        AnnounceEvent.Paused => "paused",
        _ => null,
    };
}
