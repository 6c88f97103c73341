using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Shoal.Clients;

/// <summary>A torrent file, and what its maker said about it.</summary>
/// <param name="Path">The .torrent file.</param>
/// <param name="V1">The v1 info-hash in lower-case hexadecimal, or null where it has none.</param>
/// <param name="V2">The full v2 info-hash in lower-case hexadecimal, or null where it has none.</param>
/// <param name="Tracker">Its announce URL.</param>
public sealed record TestTorrent(string Path, string? V1, string? V2, string Tracker)
{
    // SHA-256 and 32 bytes, as a multihash says it (BEP 52).
    private const string Sha256Prefix = "1220";

    /// <summary>The 20 bytes that every client announces with, in lower-case hexadecimal.</summary>
    public string AnnouncedHash =>
        V1 ?? V2?[..40] ?? throw new InvalidOperationException("A torrent has at least one hash.");

    /// <summary>A magnet link with the tracker and every hash that the downloader understands.</summary>
    public string MagnetFor(Client downloader)
    {
        List<string> fields = [];
        if (V1 is not null) fields.Add("xt=urn:btih:" + V1);
        if (V2 is not null && (V1 is null || downloader.ReadsHybridLinks))
            fields.Add("xt=urn:btmh:" + Sha256Prefix + V2);
        fields.Add("tr=" + Uri.EscapeDataString(Tracker));
        return "magnet:?" + string.Join('&', fields);
    }

    /// <summary>Another torrent of the same content, v1, that has a number for the last letters of its name.</summary>
    public TestTorrent Renamed(string path, int number)
    {
        byte[] bytes = File.ReadAllBytes(Path);
        int name = bytes.AsSpan().IndexOf("4:name"u8) + "4:name".Length;
        int colon = name + bytes.AsSpan(name).IndexOf((byte)':');
        int end = colon + 1 + int.Parse(bytes.AsSpan(name, colon - name), CultureInfo.InvariantCulture);
        System.Text.Encoding.ASCII.GetBytes($"{number:D3}").CopyTo(bytes, end - 3);
        File.WriteAllBytes(path, bytes);
        // Nothing stands behind the info dictionary but the end of the whole.
        int info = bytes.AsSpan().IndexOf("4:info"u8) + "4:info".Length;
        string hash = Convert.ToHexStringLower(SHA1.HashData(bytes.AsSpan(info, bytes.Length - 1 - info)));
        return new TestTorrent(path, hash, null, Tracker);
    }

    /// <summary>Has libtorrent make a torrent of a file or folder.</summary>
    /// <param name="content">The file or folder.</param>
    /// <param name="torrent">Where the .torrent goes.</param>
    /// <param name="format"><c>v1</c>, <c>v2</c> or <c>hybrid</c>.</param>
    /// <param name="pieceBytes">Piece length, a power of two of at least 16 KiB.</param>
    /// <param name="tracker">Announce URL.</param>
    /// <param name="cancel">The deadline.</param>
    /// <param name="options">Options besides.</param>
    public static async Task<TestTorrent> ByLibtorrentAsync(
        string content, string torrent, string format, int pieceBytes, string tracker, CancellationToken cancel,
        params string[] options)
    {
        using JsonDocument made = await RunAsync(torrent, LibtorrentClient.Command(
            [
                "create", content, torrent, "--format", format, "--piece-size", $"{pieceBytes}", "--tracker", tracker,
                .. options,
            ]),
            cancel);
        return new TestTorrent(torrent, Text(made, "v1"), Text(made, "v2"), tracker);
    }

    /// <summary>As <see cref="ByLibtorrentAsync"/>, made by Shoal.</summary>
    public static async Task<TestTorrent> ByShoalAsync(
        string content,
        string torrent,
        string format,
        int pieceBytes,
        string tracker,
        CancellationToken cancel,
        params string[] options)
    {
        using JsonDocument made = await RunAsync(torrent,
        [
            Checkout.Program, "create", content, "-o", torrent, "--format", format,
            "--piece-size", $"{pieceBytes}", "--tracker", tracker, "--json", .. options,
        ], cancel);
        return new TestTorrent(torrent, Text(made, "info_hash"), Text(made, "info_hash_v2"), tracker);
    }

    private static async Task<JsonDocument> RunAsync(
        string torrent, IEnumerable<string> command, CancellationToken cancel)
    {
        string folder = System.IO.Path.GetDirectoryName(torrent)!;
        await using ClientProcess create = ClientProcess.Start(folder, command);
        await create.SuccessAsync(cancel);
        return JsonDocument.Parse(create.Output[^1]);
    }

    private static string? Text(JsonDocument made, string name) =>
        made.RootElement.TryGetProperty(name, out JsonElement value) ? value.GetString()?.ToLowerInvariant() : null;
}
