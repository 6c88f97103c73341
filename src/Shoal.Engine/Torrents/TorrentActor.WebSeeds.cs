using System.Net;
using System.Security.Cryptography;
using Shoal.Discovery;
using Shoal.Engine.Diagnostics;
using Shoal.Engine.Peers;
using Shoal.Engine.WebSeeds;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Torrents;
using Shoal.Swarm;

namespace Shoal.Engine.Torrents;

// Web seeds: which are in use, and what becomes of those that fail. In use each is a connection like that of a peer.
internal sealed partial class TorrentActor
{
    // Tells web seeds from clients in logs of other programs, should the id ever get there.
    private static ReadOnlySpan<byte> WebSeedIdPrefix => "-WS0019-"u8;

    private WebSeedList? _webSeeds;
    private TrackerClientOptions? _webSeedNetwork;
    private string? _webSeedMessage;

    /// <summary>Begins to use the web seeds of a torrent whose content is known.</summary>
    private void StartWebSeeds(Metainfo metainfo)
    {
        if (!_options.UsesWebSeeds || _options.SeedOnly || _options.FixedSwarm is not null) return;
        AddressOrigin origin = _options.TrustsAddresses ? AddressOrigin.User : AddressOrigin.Torrent;
        var seeds = new List<WebSeed>();
        var seen = new HashSet<Uri>();
        foreach (string url in _options.WebSeeds) AddWebSeed(new Uri(url), AddressOrigin.User, seen, seeds);
        foreach (string url in metainfo.WebSeeds) AddWebSeed(new Uri(url), origin, seen, seeds);
        if (seeds.Count == 0) return;
        // In a private swarm its web servers answer to the swarm's authority, as its trackers and peers do.
        _webSeedNetwork = _tls is null ? _services.Network : _services.Network with { Authority = _tls.Authority };
        _webSeeds = new WebSeedList(seeds);
        UseWebSeeds();
    }

    private static void AddWebSeed(Uri url, AddressOrigin origin, HashSet<Uri> seen, List<WebSeed> seeds)
    {
        if (!seen.Add(url)) return;
        Span<byte> id = stackalloc byte[PeerId.Length];
        WebSeedIdPrefix.CopyTo(id);
        RandomNumberGenerator.Fill(id[WebSeedIdPrefix.Length..]);
        seeds.Add(new WebSeed(url, origin, new PeerId(id)));
    }

    /// <summary>Takes up web seeds whose turn it is. Called as time goes on.</summary>
    private void UseWebSeeds()
    {
        if (_webSeeds is null || _state != TorrentState.Downloading || _brain.IsComplete) return;
        foreach (PeerLink link in _links) link.WebSeed?.CloseIfLate();
        while (_webSeeds.Next(Now) is { } seed)
        {
            if (WebSeedLayout.TryMake(Info!, seed.Url, out WebSeedLayout? layout))
            {
                if (_tls is null || seed.Url.Scheme == "https")
                {
                    _ = FindWebSeedAsync(seed, layout);
                    continue;
                }
                OnWebSeedEnded(seed, new WebSeedFault(
                    $"The web seed at {seed.Shown} is not used: the torrent belongs to a private swarm, and what "
                    + "comes over http everybody on the way can read. Give it an https URL.",
                    IsFinal: true));
                continue;
            }
            OnWebSeedEnded(seed, new WebSeedFault(
                $"The web seed at {seed.Shown} is not used: the torrent has file names that no URL can hold.",
                IsFinal: true));
        }
    }

    private async Task FindWebSeedAsync(WebSeed seed, WebSeedLayout layout)
    {
        var client = new WebSeedClient(_webSeedNetwork!, seed.Url, seed.Origin);
        try
        {
            (IPEndPoint? endPoint, WebSeedFault? fault) = await client.FindAsync(_stop.Token).ConfigureAwait(false);
            Post(new TorrentItem(
                TorrentItemKind.Call, (Action)(() => OnWebSeedFound(seed, layout, client, endPoint, fault))));
        }
        catch (OperationCanceledException)
        {
            // The torrent is being stopped.
            client.Dispose();
        }
        catch (Exception e)
        {
            client.Dispose();
            FailByDefect(e);
        }
    }

    private void OnWebSeedFound(
        WebSeed seed, WebSeedLayout layout, WebSeedClient client, IPEndPoint? endPoint, WebSeedFault? fault)
    {
        if (endPoint is null)
        {
            client.Dispose();
            OnWebSeedEnded(seed, fault);
            return;
        }
        var connection = new WebSeedConnection(seed, client, layout, Info!.Geometry, endPoint, () => Now);
        var link = new PeerLink(connection, this, _services.Buffers);
        _joining = link;
        PeerSession? session = _brain.JoinWebSeed(endPoint, seed.Id, Now, out DisconnectReason reason);
        _joining = null;
        if (session is not null)
        {
            link.Start(handshakeIsRead: true);
            return;
        }
        link.Close();
        OnWebSeedEnded(seed, reason == DisconnectReason.Banned ? SentWrongData(seed) : null);
    }

    /// <summary>The connection of a web seed was closed, for whatever reason.</summary>
    private void OnWebSeedLeft(WebSeedConnection connection, PeerSession session, DisconnectReason reason)
    {
        WebSeed seed = connection.Seed;
        WebSeedFault? fault = reason switch
        {
            DisconnectReason.BadData or DisconnectReason.Banned => SentWrongData(seed),
            DisconnectReason.Stopping or DisconnectReason.BothSeeds => null,
            _ => connection.Fault
                ?? new WebSeedFault($"The web seed at {seed.Shown} was left for a while ({reason})."),
        };
        OnWebSeedEnded(seed, fault, session.DownloadedBytes > 0);
    }

    private static WebSeedFault SentWrongData(WebSeed seed) => new(
        $"The web seed at {seed.Shown} sent data that is not what the torrent says.", IsFinal: true);

    private void OnWebSeedEnded(WebSeed seed, WebSeedFault? fault, bool gaveBytes = false)
    {
        TimeSpan? wait = _webSeeds!.Ended(seed, fault, gaveBytes, Now);
        if (fault is null) return;
        _webSeedMessage = fault.Sentence;
        if (wait is { } time) EngineLog.WebSeedFailed(_log, Hashes.Wire, fault.Sentence, time);
        else EngineLog.WebSeedDropped(_log, Hashes.Wire, fault.Sentence);
        Publish(new WebSeedFailed(seed.Shown, fault.Sentence, wait));
    }
}
