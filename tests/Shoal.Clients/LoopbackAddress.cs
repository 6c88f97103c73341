using System.Net;

namespace Shoal.Clients;

/// <summary>
/// Addresses of this machine for programs that are to look like machines of their own. Several clients keep one
/// connection to an IP address, whatever its port; rTorrent for one turns everybody else there away, and having dialled
/// the address once does not dial it again for ten minutes.
/// </summary>
public static class LoopbackAddress
{
    // 127.1.0.1 to 127.254.255.254 in Linux; 127.0.0.0/16 is left to those who write addresses out.
    private const int First = 0x7F01_0000;
    private const int Last = 0x7FFE_FFFF;

    private static int _next = Random.Shared.Next(First, Last);

    /// <summary>An address that this process has not handed out, and others most likely have not either.</summary>
    public static IPAddress Next()
    {
        while (true)
        {
            int next = First + ((Interlocked.Increment(ref _next) - First) % (Last - First));
            byte last = (byte)next;
            if (last is not (0 or 255)) return new IPAddress([127, (byte)(next >> 16), (byte)(next >> 8), last]);
        }
    }
}
