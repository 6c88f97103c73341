using System.Net;
using System.Net.Sockets;

namespace Shoal.Clients;

/// <summary>A Redis of a test's own, on an address of its own, that keeps nothing on disk.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const int Port = 6379;

    private readonly TemporaryFolder _home = new();
    private readonly IPAddress _host = LoopbackAddress.Next();
    private ClientProcess? _process;

    private RedisServer()
    {
    }

    /// <summary>Host and port, as an option takes them.</summary>
    public string Address => $"{_host}:{Port}";

    /// <summary>Starts one and waits until it listens.</summary>
    /// <exception cref="InvalidOperationException">Redis is missing and cannot be installed here.</exception>
    public static async Task<RedisServer> StartAsync(CancellationToken cancel)
    {
        ClientPackages.NeedRedis();
        var server = new RedisServer();
        await server.BeginAsync(cancel);
        return server;
    }

    /// <summary>Starts it, after it was killed.</summary>
    public async Task BeginAsync(CancellationToken cancel)
    {
        _process = ClientProcess.Start(_home.Path,
        [
            "redis-server", "--bind", $"{_host}", "--port", $"{Port}", "--save", "", "--dir", _home.Path,
        ]);
        await _process.LineAsync(l => l.Contains("Ready to accept connections", StringComparison.Ordinal), cancel);
    }

    /// <summary>Ends it at once, and with it all that it held.</summary>
    public async Task KillAsync(CancellationToken cancel)
    {
        _process!.Kill();
        await _process.ExitAsync(cancel);
        await _process.DisposeAsync();
    }

    /// <summary>Lets it do nothing until <see cref="Resume"/>: connections stand, and nobody answers.</summary>
    public void Pause() => _process!.Pause();

    /// <summary>Lets it go on.</summary>
    public void Resume() => _process!.Resume();

    /// <summary>Says a command in one line and gives what comes back.</summary>
    public async Task<string> SayAsync(string command, CancellationToken cancel)
    {
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(_host, Port, cancel);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\nQUIT\r\n"), cancel);
        using var reader = new StreamReader(stream, System.Text.Encoding.Latin1);
        return await reader.ReadToEndAsync(cancel);
    }

    /// <summary>Cuts all connections and takes none until the result is disposed of; nothing is forgotten.</summary>
    public async Task<IDisposable> TurnAwayAsync(CancellationToken cancel)
    {
        var guard = new Guard(new TcpClient(AddressFamily.InterNetwork));
        await guard.Client.ConnectAsync(_host, Port, cancel);
        await guard.SayAsync("CONFIG SET maxclients 1", cancel);
        await guard.SayAsync("CLIENT KILL TYPE normal SKIPME yes", cancel);
        return guard;
    }

    /// <summary>Kills it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync();
        _home.Dispose();
    }

    // The one connection that stays, so that there is a way to let others in again.
    private sealed class Guard(TcpClient client) : IDisposable
    {
        public TcpClient Client { get; } = client;

        public async Task SayAsync(string command, CancellationToken cancel)
        {
            await Client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"), cancel);
            byte[] reply = new byte[256];
            int length = await Client.GetStream().ReadAsync(reply, cancel);
            if (length == 0 || reply[0] == '-')
                throw new InvalidOperationException(System.Text.Encoding.ASCII.GetString(reply, 0, length));
        }

        public void Dispose()
        {
            Client.GetStream().Write("CONFIG SET maxclients 1000\r\n"u8);
            _ = Client.GetStream().ReadByte();
            Client.Dispose();
        }
    }
}
