using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>The programs that can be measured, by the names of the command line.</summary>
internal static class Contenders
{
    public static Client Create(string name, params string[] wrapper) => name switch
    {
        "shoal" => new ShoalClient { Program = InstalledShoal.Path, Wrapper = wrapper },
        "libtorrent" => new LibtorrentClient { Wrapper = wrapper },
        "aria2" => new Aria2Client { Wrapper = wrapper },
        "rtorrent" => new RtorrentClient { Wrapper = wrapper },
        "nginx" => new NginxClient { Wrapper = wrapper },
        "curl" => new CurlClient { Wrapper = wrapper },
        _ => throw new InvalidOperationException($"There is no program '{name}' to measure; --help lists them."),
    };
}
