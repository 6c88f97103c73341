using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery.Tests;

internal static class Samples
{
    public static readonly InfoHash Hash = new([.. Enumerable.Range(200, 20).Select(i => (byte)i)]);

    public static readonly PeerId Id = PeerId.Ours("abcdefghijkl"u8);

    public static readonly AnnounceRequest Request = new()
    {
        InfoHash = Hash, PeerId = Id, Port = 6881, Left = 5, Event = AnnounceEvent.Started, Key = 7,
    };

    public static TrackerSource Tracker(string url, AddressOrigin? origin = null) =>
        new(new Uri(url), origin ?? AddressOrigin.User);

    /// <summary>A lookup that knows these names and the addresses that are written out.</summary>
    public static NameLookup Names(params (string Name, string[] Addresses)[] names) => (host, _) =>
    {
        foreach ((string name, string[] addresses) in names)
            if (name == host)
                return Task.FromResult(Array.ConvertAll(addresses, IPAddress.Parse));
        return Task.FromResult<IPAddress[]>([IPAddress.Parse(host)]);
    };
}
