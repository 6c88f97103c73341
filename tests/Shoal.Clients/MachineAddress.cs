using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Shoal.Clients;

/// <summary>An address that others would find this machine at, for clients that call nobody on loopback.</summary>
public static class MachineAddress
{
    /// <summary>The first IPv4 address of a network that is up; null on a machine without any.</summary>
    public static IPAddress? Find() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(n => n.OperationalStatus == OperationalStatus.Up
            && n.NetworkInterfaceType != NetworkInterfaceType.Loopback)
        .SelectMany(n => n.GetIPProperties().UnicastAddresses)
        .Select(a => a.Address)
        .FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
}
