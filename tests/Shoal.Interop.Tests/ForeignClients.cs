using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>The clients of others by the names that test cases use.</summary>
internal static class ForeignClients
{
    public static readonly string[] Names = ["libtorrent", "transmission", "aria2", "rtorrent"];

    public static Client Create(string name, EncryptionMode encryption = EncryptionMode.AsShipped) => name switch
    {
        "libtorrent" => new LibtorrentClient { Encryption = encryption },
        "transmission" => new TransmissionClient { Encryption = encryption },
        "aria2" => new Aria2Client { Encryption = encryption },
        "rtorrent" => new RtorrentClient { Encryption = encryption },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such client"),
    };
}
