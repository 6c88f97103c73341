using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Shoal.Engine;
using Shoal.Engine.Catalogues;

namespace Shoal.Catalogue.Tests;

/// <summary>What a tracker may answer to a client that asks its catalogue.</summary>
public sealed class HostileTrackerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("404 Not Found", "text/html", "<h1>Nothing</h1>", "has no catalogue of files.")]
    [InlineData("200 OK", "text/html", "<h1>Welcome</h1>", "has no catalogue of files.")]
    [InlineData("200 OK", "application/json", "", "has no catalogue of files.")]
    [InlineData("200 OK", "application/json", "null", "sent an empty answer.")]
    [InlineData("200 OK", "application/json", "[1,2", "has no catalogue of files.")]
    [InlineData("200 OK", "application/json", "{\"files\":1}", "has no catalogue of files.")]
    [InlineData("302 Found\r\nLocation: http://127.0.0.1:1/files", "text/plain", "", "has no catalogue of files.")]
    [InlineData("500 Broken", "application/json", "{\"error\":\"Out of order.\"}", "refused: Out of order.")]
    [InlineData("503 Busy", "application/json", "{\"error\":\"\"}", "refused: it does not say why.")]
    public async Task An_answer_that_is_none_is_told_in_a_sentence(
        string status, string type, string body, string told)
    {
        string message = await ListAsync(
            $"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.EndsWith(told, message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_tracker_says_moves_no_cursor_and_fills_no_screen()
    {
        string body = $"{{\"error\":\"\\u001b[2J\\u202e\\n{new string('x', 1_000_000)}\"}}";
        string message = await ListAsync(
            $"HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        Assert.InRange(message.Length, 200, 300);
        Assert.Contains("refused: ?[2J??xxx", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_and_one_that_unpacks_to_gigabytes_are_cut_off()
    {
        const int Size = 64 * 1024 * 1024;
        string endless = $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{new string(' ', Size)}";
        Assert.Contains("cannot be asked", await ListAsync(endless), StringComparison.Ordinal);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            byte[] blanks = new byte[Size];
            blanks.AsSpan().Fill((byte)' ');
            gzip.Write(blanks);
        }
        byte[] head = Encoding.ASCII.GetBytes(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
            + $"Content-Length: {packed.Length}\r\n\r\n");
        Assert.Contains("cannot be asked", await ListAsync([.. head, .. packed.ToArray()]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1f8b0800")]
    [InlineData("00112233445566778899")]
    public async Task What_is_said_to_be_packed_and_is_not_is_an_error(string hex)
    {
        byte[] body = Convert.FromHexString(hex);
        byte[] head = Encoding.ASCII.GetBytes(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
            + $"Content-Length: {body.Length}\r\n\r\n");
        Assert.NotEmpty(await ListAsync([.. head, .. body]));
    }

    private static Task<string> ListAsync(string answer) => ListAsync(Encoding.ASCII.GetBytes(answer));

    /// <summary>What the client says of an answer that is no list of files.</summary>
    private static async Task<string> ListAsync(byte[] answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task serving = AnswerAsync(listener, answer);
        using CatalogueClient client = new(new Uri($"http://{listener.LocalEndpoint}/announce"));
        TorrentException fault =
            await Assert.ThrowsAsync<TorrentException>(() => client.ListAsync(new CatalogueSearch(), Token));
        await serving;
        return fault.Message;
    }

    private static async Task AnswerAsync(TcpListener listener, byte[] answer)
    {
        using Socket socket = await listener.AcceptSocketAsync(Token);
        await socket.ReceiveAsync(new byte[4096], Token);
        try
        {
            await socket.SendAsync(answer, Token);
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The client has had enough.
        }
    }
}
