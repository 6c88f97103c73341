using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Shoal.Clients;

/// <summary>
/// A peer as the first programs of the line protocol are: it reads a request once, answers with base64 without a line
/// feed, and closes.
/// </summary>
public sealed class PlainPeer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _content;
    private readonly int _chunkSize;
    private readonly Func<int, bool> _has;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private int _served;

    public PlainPeer(byte[] content, int chunkSize = 1024, Func<int, bool>? has = null)
    {
        (_content, _chunkSize, _has) = (content, chunkSize, has ?? (_ => true));
        _listener.Start();
        _serving = ServeAsync();
    }

    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndpoint;

    /// <summary>Chunks given away so far.</summary>
    public int Served => Volatile.Read(ref _served);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true) _ = AnswerAsync(await _listener.AcceptSocketAsync(_stop.Token));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task AnswerAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                byte[] buffer = new byte[1024];
                int read = await socket.ReceiveAsync(buffer, _stop.Token);
                string[] words = Encoding.ASCII.GetString(buffer, 0, read).Split((char[]?)null,
                    StringSplitOptions.RemoveEmptyEntries);
                if (words is not ["GET_CHUNK", _, var number] || !_has(int.Parse(number))) return;
                int begin = int.Parse(number) * _chunkSize;
                int length = Math.Min(_chunkSize, _content.Length - begin);
                Interlocked.Increment(ref _served);
                await socket.SendAsync(
                    Encoding.ASCII.GetBytes(Convert.ToBase64String(_content, begin, length)), _stop.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // A client that went away.
            }
        }
    }
}
