using System.Collections.Immutable;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Shoal.Cli.Commands;

/// <summary>An address of this machine.</summary>
/// <param name="Address">IPv4 or IPv6, of any scope.</param>
/// <param name="LeadsOut">True when its interface has a way to other networks.</param>
internal readonly record struct OwnAddress(IPAddress Address, bool LeadsOut);

/// <summary>The addresses of this machine that others can reach it by.</summary>
internal static class OwnAddresses
{
    /// <summary>Addresses in a link at the most: every one makes it longer, and one is nearly always enough.</summary>
    private const int MaxAddresses = 3;

    /// <summary>The addresses to put into a link.</summary>
    /// <param name="bind">The one address that is listened on, or null for all.</param>
    /// <param name="all">All addresses of the machine.</param>
    public static ImmutableArray<IPAddress> Reachable(IPAddress? bind, IEnumerable<OwnAddress> all)
    {
        if (bind is not null && !bind.Equals(IPAddress.Any) && !bind.Equals(IPAddress.IPv6Any)) return [bind];
        bool onlyV4 = IPAddress.Any.Equals(bind);
        OwnAddress[] candidates = [.. all.Where(a => IsReachable(a.Address))
            .Where(a => !onlyV4 || a.Address.AddressFamily == AddressFamily.InterNetwork)];
        // Bridges of containers and virtual machines lead nowhere; without any way out, all are as good.
        OwnAddress[] best = candidates.Any(a => a.LeadsOut) ? [.. candidates.Where(a => a.LeadsOut)] : candidates;
        if (best.Length == 0) return [IPAddress.Loopback];
        return
        [
            .. best.Select(a => a.Address)
                .OrderBy(a => a.AddressFamily == AddressFamily.InterNetwork ? 0 : 1)
                .Distinct()
                .Take(MaxAddresses),
        ];
    }

    /// <summary>All addresses of the interfaces that are up.</summary>
    public static IReadOnlyList<OwnAddress> Find()
    {
        List<OwnAddress> found = [];
        foreach (NetworkInterface card in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (card.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown)) continue;
            IPInterfaceProperties properties = card.GetIPProperties();
            bool leadsOut = properties.GatewayAddresses.Count > 0;
            foreach (UnicastIPAddressInformation address in properties.UnicastAddresses)
                found.Add(new OwnAddress(address.Address, leadsOut));
        }
        return found;
    }

    private static bool IsReachable(IPAddress address) =>
        !IPAddress.IsLoopback(address)
        && !address.IsIPv6LinkLocal
        && !address.IsIPv6Multicast
        // 169.254.0.0/16 is what a machine without an address gives itself (RFC 3927).
        && !(address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() is [169, 254, ..]);
}
