using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Shoal.Protocol.Torrents;

namespace Shoal.Protocol.Magnets;

/// <summary>
/// Reads one magnet link. A wrong hash is an error, since it would name nothing or something else; any other parameter
/// that cannot be used is dropped.
/// </summary>
/// <remarks>
/// <code>
///  magnet:?xt=urn:btih:40 hex or 32 base32 &amp; xt=urn:btmh:1220 64 hex
///         &amp; dn=name &amp; xl=bytes &amp; tr=url &amp; ws=url &amp; xs=url &amp; x.pe=host:port &amp; so=0,2,4-6
///         &amp; x.swarm=name
/// </code>
/// </remarks>
internal sealed class MagnetParser
{
    private const string Scheme = "magnet:?";
    private const string BtihPrefix = "urn:btih:";
    private const string BtmhPrefix = "urn:btmh:";

    /// <summary>Multihash code of SHA-256 and its length, as BEP 52 has them in the link.</summary>
    private const string Sha256Code = "1220";

    /// <summary>Characters of a link. Command lines and browsers end far below; a choice of ours.</summary>
    private const int MaxLength = 4 * 1024 * 1024;

    /// <summary>Parameters of a link that are looked at; a choice of ours.</summary>
    private const int MaxParameters = 10_000;

    /// <summary>Ranges of files that are kept; a choice of ours.</summary>
    private const int MaxRanges = 4096;

    /// <summary>Sources of the .torrent that are kept; a choice of ours.</summary>
    private const int MaxExactSources = 20;

    private readonly ImmutableArray<string>.Builder _trackers = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder _webSeeds = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder _sources = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<(string, int)>.Builder _peers = ImmutableArray.CreateBuilder<(string, int)>();
    private readonly ImmutableArray<FileRange>.Builder _files = ImmutableArray.CreateBuilder<FileRange>();
    private readonly HashSet<string> _seenTrackers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seenWebSeeds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seenSources = new(StringComparer.Ordinal);
    private InfoHash? _v1;
    private Sha256Hash? _v2;
    private string? _name;
    private string? _swarm;
    private long? _length;

    public bool TryParse(
        string text, [NotNullWhen(true)] out MagnetLink? link, [NotNullWhen(false)] out string? error)
    {
        link = null;
        error = $"The magnet link has more than {MaxLength} characters.";
        if (text.Length > MaxLength) return false;
        error = "The link does not begin with 'magnet:?'.";
        if (!text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        error = "The magnet link has a line end, another control character, or a space at its end.";
        if (char.IsWhiteSpace(text[^1]) || HasControl(text)) return false;
        int parameters = 0;
        foreach (Range range in text.AsSpan(Scheme.Length).Split('&'))
        {
            if (++parameters > MaxParameters) break;
            ReadOnlySpan<char> parameter = text.AsSpan(Scheme.Length)[range];
            int equals = parameter.IndexOf('=');
            if (equals <= 0) continue;
            if (!TryTake(KeyOf(parameter[..equals]), parameter[(equals + 1)..], out error)) return false;
        }
        error = "The magnet link has no 'xt' that names a torrent.";
        if (_v1 is null && _v2 is null) return false;
        error = null;
        link = new MagnetLink
        {
            Hashes = new TorrentHashes(_v1, _v2),
            Name = _name,
            Swarm = _swarm,
            ContentLength = _length,
            Trackers = _trackers.ToImmutable(),
            WebSeeds = _webSeeds.ToImmutable(),
            ExactSources = _sources.ToImmutable(),
            Peers = _peers.ToImmutable(),
            SelectedFiles = _files.ToImmutable(),
        };
        return true;
    }

    /// <summary>A key in lower case and without the number that tells repeated keys apart, as in tr.1.</summary>
    private static string KeyOf(ReadOnlySpan<char> key)
    {
        int dot = key.LastIndexOf('.');
        bool numbered = dot > 0 && dot + 1 < key.Length && !key[(dot + 1)..].ContainsAnyExceptInRange('0', '9');
        return (numbered ? key[..dot] : key).ToString().ToLowerInvariant();
    }

    private bool TryTake(string key, ReadOnlySpan<char> raw, [NotNullWhen(false)] out string? error)
    {
        error = null;
        switch (key)
        {
            case "xt":
                return TryTakeTopic(Uri.UnescapeDataString(raw), out error);
            case "dn":
                _name ??= DisplayName.Clean(Uri.UnescapeDataString(raw.ToString().Replace('+', ' ')));
                break;
            case "xl":
                if (long.TryParse(raw, NumberStyles.None, CultureInfo.InvariantCulture, out long length))
                    _length ??= length;
                break;
            case "tr" when SourceUrls.TryTracker(Uri.UnescapeDataString(raw), out string tracker):
                SourceUrls.AddOnce(_trackers, _seenTrackers, tracker, TorrentLimits.MaxTrackers);
                break;
            case "ws" when SourceUrls.TryWebSeed(Uri.UnescapeDataString(raw), out string seed):
                SourceUrls.AddOnce(_webSeeds, _seenWebSeeds, seed, TorrentLimits.MaxWebSeeds);
                break;
            case "xs" or "as" when SourceUrls.TryWebSeed(Uri.UnescapeDataString(raw), out string source):
                SourceUrls.AddOnce(_sources, _seenSources, source, MaxExactSources);
                break;
            case "x.pe":
                TakePeer(Uri.UnescapeDataString(raw));
                break;
            case "x.swarm":
                _swarm ??= DisplayName.Clean(Uri.UnescapeDataString(raw));
                break;
            case "so":
                TakeFiles(Uri.UnescapeDataString(raw));
                break;
        }
        return true;
    }

    /// <summary>Reads an exact topic. Topics of other networks are passed over, ours must be right.</summary>
    private bool TryTakeTopic(string topic, [NotNullWhen(false)] out string? error)
    {
        error = null;
        if (topic.StartsWith(BtihPrefix, StringComparison.OrdinalIgnoreCase))
        {
            error = "The magnet link has an 'xt=urn:btih:' without 40 hexadecimal or 32 base32 digits.";
            ReadOnlySpan<char> digits = topic.AsSpan(BtihPrefix.Length);
            if (!InfoHash.TryParseHex(digits, out InfoHash hash) && !Base32.TryRead(digits, out hash)) return false;
            error = "The magnet link names two different torrents by 'xt=urn:btih:'.";
            if (_v1 is not null && _v1 != hash) return false;
            _v1 = hash;
        }
        else if (topic.StartsWith(BtmhPrefix + Sha256Code, StringComparison.OrdinalIgnoreCase))
        {
            error = "The magnet link has an 'xt=urn:btmh:1220' without 64 hexadecimal digits after it.";
            if (!Sha256Hash.TryParseHex(topic.AsSpan(BtmhPrefix.Length + Sha256Code.Length), out Sha256Hash hash))
                return false;
            error = "The magnet link names two different torrents by 'xt=urn:btmh:'.";
            if (_v2 is not null && _v2 != hash) return false;
            _v2 = hash;
        }
        error = null;
        return true;
    }

    private void TakePeer(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || _peers.Count == TorrentLimits.MaxNodes) return;
        string host = text[..colon];
        ReadOnlySpan<char> digits = text.AsSpan(colon + 1);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int port)) return;
        if (host is ['[', .. var inner, ']'])
        {
            if (!inner.Contains(':', StringComparison.Ordinal) || !IPAddress.TryParse(inner, out IPAddress? address))
                return;
            host = address.ToString();
        }
        else if (host.Contains(':', StringComparison.Ordinal)) return;
        if (SourceUrls.IsEndPoint(host, port) && !_peers.Contains((host, port))) _peers.Add((host, port));
    }

    /// <summary>Reads numbers and ranges of files. They stay ranges, so that a large one costs no memory.</summary>
    private void TakeFiles(string text)
    {
        foreach (Range part in text.AsSpan().Split(','))
        {
            if (_files.Count == MaxRanges) return;
            ReadOnlySpan<char> entry = text.AsSpan()[part];
            int dash = entry.IndexOf('-');
            ReadOnlySpan<char> first = dash < 0 ? entry : entry[..dash];
            ReadOnlySpan<char> last = dash < 0 ? entry : entry[(dash + 1)..];
            if (TryFile(first, out int from) && TryFile(last, out int to) && from <= to)
                _files.Add(new FileRange(from, to));
        }
    }

    /// <summary>Reads the number of a file; no torrent has as many files as it has bencoded values.</summary>
    private static bool TryFile(ReadOnlySpan<char> digits, out int file) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out file)
        && file < Bencoding.BencodeLimits.Torrent.MaxTokens;

    private static bool HasControl(string text)
    {
        foreach (char c in text)
            if (char.IsControl(c)) return true;
        return false;
    }
}
