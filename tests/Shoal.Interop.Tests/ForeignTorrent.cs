using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Torrent files that libtorrent has made.</summary>
internal static class ForeignTorrent
{
    /// <summary>Makes a torrent of a file or folder beside the folder that holds it.</summary>
    /// <param name="format"><c>v1</c>, <c>v2</c> or <c>hybrid</c>.</param>
    /// <returns>Path of the .torrent file.</returns>
    public static async Task<string> CreateAsync(
        string content, string format, string tracker, CancellationToken cancel)
    {
        string parent = Path.GetDirectoryName(content)!;
        string torrent = parent + "." + format + ".torrent";
        await using ClientProcess create = ClientProcess.Start(parent, LibtorrentClient.Command(
            "create", content, torrent, "--format", format, "--piece-size", "65536", "--tracker", tracker));
        await create.SuccessAsync(cancel);
        return torrent;
    }
}
