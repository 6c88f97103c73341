using System.Collections.Immutable;
using System.Net;
using Shoal.Engine.Catalogues;

namespace Shoal.Cli.Running;

/// <summary>A catalogue, and the endpoint under which this program is known there.</summary>
/// <param name="client">Speaks to it.</param>
/// <param name="ip">Address that peers are to use; null for the one that the tracker sees.</param>
/// <param name="port">TCP port that peers are to use.</param>
internal sealed class CatalogueAccount(CatalogueClient client, string? ip, int port) : IDisposable
{
    private bool? _exists;
    private bool _hasComplained;

    /// <summary>Speaks to it.</summary>
    public CatalogueClient Client => client;

    /// <summary>Address that peers are to use; null for the one that the tracker sees.</summary>
    public string? Ip => ip;

    /// <summary>TCP port that peers are to use.</summary>
    public int Port => port;

    /// <summary>True when a file was registered, so that there is something to take back.</summary>
    public bool HasRegistered { get; set; }

    /// <summary>The catalogue of a tracker.</summary>
    /// <param name="tracker">A URL of the tracker.</param>
    /// <param name="token">What changes take, or null.</param>
    /// <param name="bind">Address that the program is bound to, or null.</param>
    /// <param name="own">Addresses by which others reach this machine.</param>
    /// <param name="port">TCP port for peers.</param>
    public static CatalogueAccount Of(
        string tracker, string? token, IPAddress? bind, ImmutableArray<IPAddress> own, int port)
    {
        Uri url = new(tracker);
        // A tracker on this machine sees a loopback address, by which nobody else reaches us.
        bool seesLoopback = url.IsLoopback || (IPAddress.TryParse(url.Host, out IPAddress? host) && own.Contains(host));
        bool isLoopback = bind is not null && IPAddress.IsLoopback(bind);
        string? ip = seesLoopback && !isLoopback && own.Length > 0 ? own[0].ToString() : null;
        return new CatalogueAccount(new CatalogueClient(url, token, bind), ip, port);
    }

    /// <summary>True when there is a catalogue; asked once, until <see cref="AskAgain"/>.</summary>
    public async Task<bool> HasCatalogueAsync(CancellationToken cancellationToken) =>
        _exists ??= await client.ExistsAsync(cancellationToken);

    /// <summary>Lets a tracker that did not answer, or had no catalogue, be asked once more.</summary>
    public void AskAgain()
    {
        if (_exists == false) _exists = null;
    }

    /// <summary>True once: one line is enough to know that something is wrong.</summary>
    public bool MayComplain() => !_hasComplained && (_hasComplained = true);

    /// <inheritdoc/>
    public void Dispose() => client.Dispose();
}
