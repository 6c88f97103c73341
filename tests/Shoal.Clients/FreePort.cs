using System.Net;
using System.Net.Sockets;

namespace Shoal.Clients;

/// <summary>Ports for programs that have to be told theirs before they start.</summary>
public static class FreePort
{
    // Below the range from which systems take ports for outgoing connections, so that none of those gets in between.
    private const int First = 20_000;
    private const int Last = 32_000;

    private static int _next = Random.Shared.Next(First, Last);

    /// <summary>A port that neither TCP nor UDP uses now, and that this process has not handed out.</summary>
    public static int Next()
    {
        for (int tries = First; tries <= Last; tries++)
        {
            int port = First + (Interlocked.Increment(ref _next) % (Last - First));
            if (IsFree(port)) return port;
        }

        throw new InvalidOperationException($"No port between {First} and {Last} is free.");
    }

    private static bool IsFree(int port)
    {
        try
        {
            var address = new IPEndPoint(IPAddress.Any, port);
            using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            tcp.Bind(address);
            udp.Bind(address);
            return true;
        }
        catch (SocketException)
        {
            // Taken: the caller tries the next one.
            return false;
        }
    }
}
