using System.Net.Http.Headers;

namespace Shoal.Discovery;

/// <summary>
/// Holds an answer to a range request (<see href="https://www.rfc-editor.org/rfc/rfc9110#section-14">RFC 9110</see>)
/// against what was asked. Nothing in it is believed that is not exactly as asked for: a body that is another range
/// would be found wrong only after a whole piece of it had been downloaded.
/// </summary>
internal static class WebSeedJudge
{
    /// <summary>
    /// A server that wants to be left alone for longer is asked all the same: as long as the longest wait of ours.
    /// </summary>
    public static readonly TimeSpan MaxRetryAfter = TimeSpan.FromHours(1);

    /// <summary>What is wrong with an answer that is no redirect; null when its body is the range.</summary>
    /// <param name="response">The answer, of which only the head is looked at.</param>
    /// <param name="range">What was asked for.</param>
    /// <param name="who">The server in a sentence.</param>
    /// <param name="now">The time, for servers that name a date.</param>
    public static WebSeedFault? FaultOf(
        HttpResponseMessage response, WebSeedRange range, string who, DateTimeOffset now)
    {
        int status = (int)response.StatusCode;
        HttpContentHeaders head = response.Content.Headers;
        WebSeedFault? fault = status switch
        {
            206 => FaultOfPart(head, range, who),
            200 => FaultOfWhole(head, range, who),
            404 or 410 => new WebSeedFault($"{who} has no such file (status {status}).", IsFinal: true),
            416 => new WebSeedFault($"{who} has a shorter file than the torrent (status 416).", IsFinal: true),
            429 or 503 => new WebSeedFault(
                $"{who} is busy (status {status}).", RetryAfter: RetryAfterOf(response, now)),
            _ => new WebSeedFault($"{who} answered with status {status}.", RetryAfter: RetryAfterOf(response, now)),
        };
        if (fault is not null) return fault;
        foreach (string encoding in head.ContentEncoding)
            if (!encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
                return new WebSeedFault($"{who} sent the file compressed, which it was not asked to.");
        return head.ContentLength is { } length && length != range.Length
            ? new WebSeedFault($"{who} announced {length} bytes where {range.Length} were asked for.")
            : null;
    }

    private static WebSeedFault? FaultOfPart(HttpContentHeaders head, WebSeedRange range, string who)
    {
        if (head.ContentRange is not { HasRange: true, Unit: "bytes" } sent)
            return new WebSeedFault($"{who} sent a part of the file without saying which.");
        if (sent.HasLength && sent.Length != range.FileLength)
            return new WebSeedFault(
                $"{who} has a file of {sent.Length} bytes where the torrent has one of {range.FileLength}.",
                IsFinal: true);
        return sent.From == range.First && sent.To == range.Last
            ? null
            : new WebSeedFault($"{who} sent another part of the file than it was asked for.");
    }

    private static WebSeedFault? FaultOfWhole(HttpContentHeaders head, WebSeedRange range, string who)
    {
        if (!range.IsWholeFile)
            return new WebSeedFault($"{who} sends whole files only and no parts of them.", IsFinal: true);
        return head.ContentLength is { } length && length != range.FileLength
            ? new WebSeedFault(
                $"{who} has a file of {length} bytes where the torrent has one of {range.FileLength}.", IsFinal: true)
            : null;
    }

    private static TimeSpan? RetryAfterOf(HttpResponseMessage response, DateTimeOffset now)
    {
        if (response.Headers.RetryAfter is not { } retry) return null;
        TimeSpan wait = retry.Delta ?? (retry.Date - now) ?? TimeSpan.Zero;
        if (wait < TimeSpan.Zero) return TimeSpan.Zero;
        return wait < MaxRetryAfter ? wait : MaxRetryAfter;
    }
}
