using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>The clients of others by the names that test cases use.</summary>
internal static class ForeignClients
{
    public static readonly string[] Names = ["libtorrent", "transmission", "aria2", "rtorrent"];

    public static Client Create(string name) => name switch
    {
        "libtorrent" => new LibtorrentClient(),
        "transmission" => new TransmissionClient(),
        "aria2" => new Aria2Client(),
        "rtorrent" => new RtorrentClient(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such client"),
    };
}
