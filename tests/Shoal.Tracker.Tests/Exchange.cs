using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Shoal.Tracker.Tests;

/// <summary>Raw HTTP with a tracker: what is sent goes out as it is, what comes back is seen as it came.</summary>
internal static class Exchange
{
    /// <summary>Sends raw bytes and gives everything that comes back before the server closes.</summary>
    public static async Task<string> RawAsync(int port, string sent, CancellationToken cancel)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancel);
        NetworkStream stream = client.GetStream();
        Task write = stream.WriteAsync(Encoding.Latin1.GetBytes(sent), cancel).AsTask();
        using var received = new MemoryStream();
        try
        {
            await stream.CopyToAsync(received, cancel);
        }
        catch (IOException)
        {
            // A reset after the reply is fine.
        }
        await write;
        return Encoding.Latin1.GetString(received.ToArray());
    }

    /// <summary>The body of the answer to a GET.</summary>
    public static async Task<string> GetAsync(int port, string target, CancellationToken cancel, string headers = "")
    {
        string answer = await RawAsync(
            port, $"GET {target} HTTP/1.1\r\nHost: x\r\n{headers}Connection: close\r\n\r\n", cancel);
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
    }
}
