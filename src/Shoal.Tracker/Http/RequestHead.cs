namespace Shoal.Tracker.Http;

/// <summary>
/// The head of a plain GET request for announce or scrape, as far as this tracker needs it, read from raw bytes
/// (<see href="https://www.rfc-editor.org/rfc/rfc9112">RFC 9112</see>): an info-hash in a target is no text, and some
/// clients escape it badly or not at all.
/// </summary>
internal readonly ref struct RequestHead
{
    /// <summary>Bytes of a head at the most that is read here; larger ones are for the web server to refuse.</summary>
    public const int MaxLength = 16 * 1024;

    /// <summary>Bytes of a request line at the most: room for a scrape of a hundred escaped info-hashes.</summary>
    public const int MaxLineLength = 8 * 1024;

    /// <summary>The path, still escaped.</summary>
    public ReadOnlySpan<byte> Path { get; private init; }

    /// <summary>What follows the question mark, still escaped.</summary>
    public ReadOnlySpan<byte> Query { get; private init; }

    /// <summary>The last address in the header that a proxy tells its client's address in; empty without.</summary>
    public ReadOnlySpan<byte> ForwardedFor { get; private init; }

    /// <summary>True when the connection stays open for another request.</summary>
    public bool KeepsAlive { get; private init; }

    /// <summary>True for HTTP/1.0, which has to be told that the connection stays open.</summary>
    public bool IsOld { get; private init; }

    /// <summary>Bytes of the head with its empty line.</summary>
    public int Length { get; private init; }

    /// <summary>Reads a head.</summary>
    /// <param name="bytes">What has been received so far.</param>
    /// <param name="proxyHeader">Name of the header with the client's address; empty to look for none.</param>
    /// <param name="head">The head when the result is <see cref="RequestHeadStatus.Read"/>.</param>
    public static RequestHeadStatus TryRead(
        ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> proxyHeader, out RequestHead head)
    {
        head = default;
        int end = bytes.IndexOf("\r\n\r\n"u8);
        if (end is < 0 or > MaxLength) return RequestHeadStatus.NotHere;
        ReadOnlySpan<byte> lines = bytes[..end];
        int lineEnd = lines.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> line = lineEnd < 0 ? lines : lines[..lineEnd];
        if (line.Length > MaxLineLength || !TryReadLine(line, out ReadOnlySpan<byte> target, out bool isOld))
            return RequestHeadStatus.NotHere;
        int mark = target.IndexOf((byte)'?');
        ReadOnlySpan<byte> path = mark < 0 ? target : target[..mark];
        // Some old clients put a blank before the question mark.
        if (path.EndsWith(" "u8)) path = path[..^1];
        if (!HttpResponder.IsMine(path)) return RequestHeadStatus.NotHere;
        bool keepsAlive = !isOld;
        ReadOnlySpan<byte> forwarded = default;
        for (ReadOnlySpan<byte> rest = lineEnd < 0 ? default : lines[(lineEnd + 2)..]; !rest.IsEmpty;)
        {
            int next = rest.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> field = next < 0 ? rest : rest[..next];
            rest = next < 0 ? default : rest[(next + 2)..];
            int colon = field.IndexOf((byte)':');
            if (colon <= 0) return RequestHeadStatus.NotHere;
            ReadOnlySpan<byte> name = field[..colon];
            ReadOnlySpan<byte> value = field[(colon + 1)..].Trim(" \t"u8);
            if (Is(name, "connection"u8)) keepsAlive = KeepsAliveBy(value, keepsAlive);
            // A body, or a wish to send one, is nothing that an announce has.
            else if (Is(name, "content-length"u8) || Is(name, "transfer-encoding"u8) || Is(name, "expect"u8)
                || Is(name, "upgrade"u8))
                return RequestHeadStatus.NotHere;
            else if (!proxyHeader.IsEmpty && Is(name, proxyHeader))
                forwarded = value[(value.LastIndexOf((byte)',') + 1)..].Trim(" \t"u8);
        }
        head = new RequestHead
        {
            Path = path, Query = mark < 0 ? default : target[(mark + 1)..], ForwardedFor = forwarded,
            KeepsAlive = keepsAlive, IsOld = isOld, Length = end + 4,
        };
        return RequestHeadStatus.Read;
    }

    private static bool TryReadLine(ReadOnlySpan<byte> line, out ReadOnlySpan<byte> target, out bool isOld)
    {
        target = default;
        isOld = line.EndsWith(" HTTP/1.0"u8);
        if (!line.StartsWith("GET /"u8) || !(isOld || line.EndsWith(" HTTP/1.1"u8))) return false;
        // The version is found from the end, because a target with raw bytes may have blanks in it.
        target = line["GET "u8.Length..^" HTTP/1.1"u8.Length];
        return true;
    }

    private static bool KeepsAliveBy(ReadOnlySpan<byte> value, bool otherwise) =>
        Is(value, "close"u8) ? false : Is(value, "keep-alive"u8) ? true : otherwise;

    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> lowerCase) =>
        name.Length == lowerCase.Length && System.Text.Ascii.EqualsIgnoreCase(name, lowerCase);
}
