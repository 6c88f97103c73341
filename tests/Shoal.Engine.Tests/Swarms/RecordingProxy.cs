using System.Net;
using System.Net.Sockets;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>Stands between two peers and keeps every byte that passes, in both directions.</summary>
internal sealed class RecordingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<(int Direction, byte[] Bytes)> _captured = [];
    private readonly Lock _gate = new();
    private readonly int _target;
    private readonly Task _loop;

    public RecordingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _loop = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>All bytes to the target, then all that came back.</summary>
    public byte[] Captured()
    {
        lock (_gate) return [.. _captured.OrderBy(c => c.Direction).SelectMany(c => c.Bytes)];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket caller = await _listener.AcceptSocketAsync(_stop.Token);
            var called = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await called.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _target), _stop.Token);
            _ = PumpAsync(caller, called, 0);
            _ = PumpAsync(called, caller, 1);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, int direction)
    {
        byte[] buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is var count and > 0)
            {
                lock (_gate) _captured.Add((direction, buffer[..count]));
                await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The other side went away, or the test is over.
        }
        from.Dispose();
        to.Dispose();
    }
}
