using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>The programs that can be measured, by the names of the command line.</summary>
internal static class Contenders
{
    /// <summary>What a name ends with for streams encrypted with RC4 and nothing else.</summary>
    public const string Rc4 = "+rc4";

    /// <summary>What a name ends with for a private swarm over TLS.</summary>
    public const string Tls = "+tls";

    /// <summary>A program that is ready to be started.</summary>
    /// <param name="name">Its name, with how it is protected.</param>
    /// <param name="swarm">The private swarm, where it is in one.</param>
    /// <param name="wrapper">What starts its processes.</param>
    public static Client Create(string name, OpenSslSwarm? swarm = null, params string[] wrapper)
    {
        bool isRc4 = name.EndsWith(Rc4, StringComparison.Ordinal), isTls = name.EndsWith(Tls, StringComparison.Ordinal);
        EncryptionMode encryption = isRc4 ? EncryptionMode.Required : EncryptionMode.AsShipped;
        return (isRc4 || isTls ? name[..^Tls.Length] : name) switch
        {
            "shoal" => new ShoalClient
            {
                Program = InstalledShoal.Path,
                Wrapper = wrapper,
                Encryption = encryption,
                Options = isTls ? ["--member", swarm!.Member] : [],
            },
            "libtorrent" => new LibtorrentClient
            {
                Wrapper = wrapper,
                Encryption = encryption,
                Options = isTls ? ["--certificate", swarm!.Member] : [],
            },
            "aria2" when !isTls => new Aria2Client { Wrapper = wrapper, Encryption = encryption },
            "rtorrent" when !isTls => new RtorrentClient { Wrapper = wrapper, Encryption = encryption },
            "nginx" when !isTls && !isRc4 => new NginxClient { Wrapper = wrapper },
            "curl" when !isTls && !isRc4 => new CurlClient { Wrapper = wrapper },
            _ => throw new InvalidOperationException($"There is no program '{name}' to measure; --help lists them."),
        };
    }
}
