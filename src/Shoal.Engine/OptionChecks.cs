using System.Net;
using Shoal.Discovery;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Creation;

namespace Shoal.Engine;

/// <summary>Checks options once, where they enter, with messages that name the option and its value.</summary>
internal static class OptionChecks
{
    public static void Check(EngineOptions options)
    {
        InRange(options.Port, 0, 65535, nameof(options.Port));
        AtLeast(options.DownloadBytesPerSecond, 0, nameof(options.DownloadBytesPerSecond));
        AtLeast(options.UploadBytesPerSecond, 0, nameof(options.UploadBytesPerSecond));
        AtLeast(options.MaxConnections, 1, nameof(options.MaxConnections));
        AtLeast(options.MaxHalfOpen, 1, nameof(options.MaxHalfOpen));
        AtLeast(options.MaxPendingHandshakes, 1, nameof(options.MaxPendingHandshakes));
        // Below some blocks in flight nothing moves any more.
        AtLeast(options.InFlightBytes, 1 << 20, nameof(options.InFlightBytes));
    }

    public static void Check(TorrentOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Directory)) throw Invalid("Directory is empty.");
        AtLeast(options.DownloadBytesPerSecond, 0, nameof(options.DownloadBytesPerSecond));
        AtLeast(options.UploadBytesPerSecond, 0, nameof(options.UploadBytesPerSecond));
        AtLeast(options.UploadBytesPerSecondPerPeer, 0, nameof(options.UploadBytesPerSecondPerPeer));
        AtLeast(options.MaxPeers, 1, nameof(options.MaxPeers));
        foreach (string url in options.Trackers)
            if (!TrackerSource.TryParse(url, AddressOrigin.User, out _))
                throw Invalid($"Trackers has '{url}', which is no URL of a tracker: http, https and udp URLs are.");
        foreach (string url in options.WebSeeds)
            if (!IsWebUrl(url)) throw Invalid($"WebSeeds has '{url}', which is no http or https URL.");
        foreach (DnsEndPoint peer in options.Peers)
            if (peer.Port == 0) throw Invalid($"Peers has '{peer.Host}' with port 0, at which nobody can be reached.");
        if (options.SelectedFiles is { IsEmpty: true }) throw Invalid("SelectedFiles names no file.");
        if (options is { SelectedFiles: not null, SelectFiles: not null })
            throw Invalid("SelectedFiles and SelectFiles are both given, and only one of them can choose the files.");
    }

    public static void Check(CreateOptions options)
    {
        int length = options.PieceLength;
        if (length == 0) return;
        InRange(length, ContentHasher.MinPieceLength, TorrentLimits.MaxPieceLength, nameof(options.PieceLength));
        if (!int.IsPow2(length)) throw Invalid($"PieceLength is {length} but must be a power of two.");
    }

    private static bool IsWebUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? url)
        && url.Scheme is "http" or "https" && url.Host.Length > 0;

    private static void InRange(long value, long low, long high, string name)
    {
        if (value < low || value > high) throw Invalid($"{name} is {value} but must be from {low} to {high}.");
    }

    private static void AtLeast(long value, long low, string name)
    {
        if (value < low) throw Invalid($"{name} is {value} but must be at least {low}.");
    }

    private static TorrentException Invalid(string message) => new(TorrentError.InvalidInput, message);
}
