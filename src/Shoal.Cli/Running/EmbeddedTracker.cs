using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Shoal.Cli.Running;

/// <summary>The tracker that <c>share</c> runs beside its torrents and <c>tracker</c> runs alone.</summary>
internal sealed class EmbeddedTracker : IAsyncDisposable
{
    private EmbeddedTracker(int port) => Port = port;

    /// <summary>Its port.</summary>
    public int Port { get; }

    /// <summary>Starts it.</summary>
    /// <exception cref="CliException">The port cannot be had.</exception>
    public static async Task<EmbeddedTracker> StartAsync(IPAddress? bind, int port, CancellationToken stop)
    {
        await Task.Yield();
        throw new CliException(ExitCode.Failed, $"no tracker yet {bind} {port} {stop.IsCancellationRequested}");
    }

    /// <summary>The announce URL at each of some addresses.</summary>
    public ImmutableArray<string> AnnounceUrls(ImmutableArray<IPAddress> addresses) =>
        [.. addresses.Select(a => $"http://{Host(a)}:{Port}/announce")];

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string Host(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();
}
