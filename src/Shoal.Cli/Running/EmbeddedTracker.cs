using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Shoal.Tracker;

namespace Shoal.Cli.Running;

/// <summary>The tracker that <c>share</c> runs beside its torrents and <c>tracker</c> runs alone.</summary>
internal sealed class EmbeddedTracker : IAsyncDisposable
{
    private readonly TrackerServer _server;

    private EmbeddedTracker(TrackerServer server) => _server = server;

    /// <summary>The TCP port, also when 0 asked for a free one.</summary>
    public int Port => _server.Port;

    /// <summary>Starts a tracker; it answers when the task completes.</summary>
    /// <param name="bind">Address to listen on, or null for all.</param>
    /// <param name="port">Port; 0 takes a free one.</param>
    /// <param name="stop">Ends the start early.</param>
    /// <exception cref="CliException">The port cannot be had.</exception>
    public static Task<EmbeddedTracker> StartAsync(IPAddress? bind, int port, CancellationToken stop) =>
        StartAsync(new TrackerOptions { Bind = bind, Port = port }, stop);

    /// <summary>As the other, with all that can be said about a tracker.</summary>
    /// <exception cref="CliException">The port, the data folder or Redis cannot be used.</exception>
    public static async Task<EmbeddedTracker> StartAsync(TrackerOptions options, CancellationToken stop)
    {
        (IPAddress? bind, int port) = (options.Bind, options.Port);
        try
        {
            return new EmbeddedTracker(await TrackerServer.StartAsync(options, stop));
        }
        catch (IOException error) when (error is not SharedStoreException && SocketErrorOf(error) is { } code)
        {
            string why = code switch
            {
                SocketError.AddressNotAvailable => "this machine has no such address",
                SocketError.AddressAlreadyInUse => "another program uses it; choose another --port",
                SocketError.AccessDenied => "the system does not permit it; choose another --port",
                _ => new SocketException((int)code).Message.TrimEnd('.'),
            };
            throw new CliException(
                ExitCode.Network,
                $"The tracker cannot listen on {bind?.ToString() ?? "any address"}, port {port}: {why}.",
                error);
        }
        catch (IOException error)
        {
            throw new CliException(FailureMap.ExitCodeOf(error), error.Message, error);
        }
    }

    /// <summary>The announce URL at each of some addresses.</summary>
    public ImmutableArray<string> AnnounceUrls(ImmutableArray<IPAddress> addresses) =>
        [.. addresses.Select(a => $"http://{Host(a)}:{Port}/announce")];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    /// <summary>What a change of its catalogue takes, or null when it takes nothing.</summary>
    public string? WriteToken => _server.WriteToken;

    // The web server wraps the socket's error in exceptions of its own.
    private static SocketError? SocketErrorOf(Exception? error) => error switch
    {
        null => null,
        SocketException socket => socket.SocketErrorCode,
        _ => SocketErrorOf(error.InnerException),
    };

    private static string Host(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
