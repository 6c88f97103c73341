using System.Net;
using System.Net.Sockets;
using Shoal.Tracker.Access;

namespace Shoal.Tracker.Udp;

/// <summary>
/// The UDP side of a tracker: for each address family some threads, each with a socket of its own on the same port,
/// between which the system divides the clients.
/// </summary>
internal sealed class UdpFrontEnd
{
    /// <summary>
    /// Room for datagrams that wait: some twenty thousand. What the system allows may be less
    /// (net.core.rmem_max on Linux).
    /// </summary>
    private const int BufferBytes = 8 * 1024 * 1024;

    /// <summary>Errors about connection ids that one host is told in a second; the rest is dropped.</summary>
    private const int ErrorsPerSecond = 100;

    private readonly List<UdpWorker> _workers = [];

    private UdpFrontEnd()
    {
    }

    /// <summary>Threads that answer.</summary>
    public int Threads => _workers.Count;

    /// <summary>Binds all sockets and begins to answer.</summary>
    /// <exception cref="SocketException">An address or port cannot be had.</exception>
    public static UdpFrontEnd Start(AnnounceService service, int port, TrackerLog log)
    {
        var front = new UdpFrontEnd();
        var connections = new ConnectionIds(service.Secret.Connections, service.Options.ConnectionLifetime);
        var errors = new AttemptBudget(ErrorsPerSecond, TimeSpan.FromSeconds(1));
        var deferrals = new Deferrals();
        var sockets = new List<Socket>();
        try
        {
            foreach (IPAddress address in AddressesOf(service.Options.Bind))
                Bind(new IPEndPoint(address, port), service.Options.UdpThreads, sockets);
        }
        catch
        {
            foreach (Socket socket in sockets) socket.Dispose();
            throw;
        }
        foreach (Socket socket in sockets)
        {
            front._workers.Add(new UdpWorker(Wrap(socket, service.Options.BatchesDatagrams),
                new UdpResponder(service, connections, errors), service, deferrals, log));
        }
        foreach (UdpWorker worker in front._workers) worker.Start();
        return front;
    }

    /// <summary>Ends all threads; the port is free when the task completes.</summary>
    public Task StopAsync()
    {
        foreach (UdpWorker worker in _workers) worker.Stop();
        return Task.WhenAll(_workers.ConvertAll(w => w.Ended));
    }

    private static IPAddress[] AddressesOf(IPAddress? bind) =>
        bind is not null && !bind.Equals(IPAddress.IPv6Any) ? [bind]
        : Socket.OSSupportsIPv6 ? [IPAddress.Any, IPAddress.IPv6Any]
        : [IPAddress.Any];

    private static IDatagramSocket Wrap(Socket socket, bool batches) =>
        batches && LinuxCalls.IsSupported ? new BatchedSocket(socket) : new PlainSocket(socket);

    private static void Bind(IPEndPoint endPoint, int threads, List<Socket> sockets)
    {
        bool shares = threads > 1 && OperatingSystem.IsLinux();
        // Sockets that share a port would share it with those of another program too: so one that does not goes first.
        if (shares) Open(endPoint, shares: false).Dispose();
        for (int i = 0; i < (shares ? threads : 1); i++) sockets.Add(Open(endPoint, shares));
    }

    private static Socket Open(IPEndPoint endPoint, bool shares)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (endPoint.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
            if (OperatingSystem.IsWindows()) socket.ExclusiveAddressUse = true;
            Span<byte> on = stackalloc byte[sizeof(int)];
            on[0] = 1;
            if (shares) socket.SetRawSocketOption(LinuxCalls.SocketLevel, LinuxCalls.ReusePort, on);
            socket.ReceiveBufferSize = BufferBytes;
            socket.Bind(endPoint);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
