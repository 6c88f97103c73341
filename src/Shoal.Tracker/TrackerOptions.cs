using System.Net;
using Microsoft.Extensions.Logging;
using Shoal.Tracker.Catalogue;
using Shoal.Tracker.Udp;

namespace Shoal.Tracker;

/// <summary>
/// Settings of a tracker server. The defaults are for a swarm of people who share something right now.
/// </summary>
public sealed record TrackerOptions
{
    /// <summary>The address to listen on; null, the default, listens on all IPv4 and IPv6 addresses.</summary>
    public IPAddress? Bind { get; init; }

    /// <summary>A second: peers that announce more often than that would do little else.</summary>
    public static readonly TimeSpan LeastInterval = TimeSpan.FromSeconds(1);

    /// <summary>A day: at least so long a peer stays listed that went without a word.</summary>
    public static readonly TimeSpan MostInterval = TimeSpan.FromDays(1);

    /// <summary>The longest <see cref="ConnectionLifetime"/>.</summary>
    public static readonly TimeSpan MostConnectionLifetime = ConnectionIds.MaxLifetime;

    /// <summary>
    /// The port of HTTP (TCP) and UDP; 0, the default, takes a free one, which <see cref="TrackerServer.Port"/> then
    /// tells.
    /// </summary>
    public int Port { get; init; }

    /// <summary>
    /// Time between announces of one peer, told to it with a spread of a tenth so that they do not come in bursts. A
    /// public tracker wants half an hour; two minutes let a handful of peers find each other soon.
    /// </summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Time that a peer is to leave between announces out of turn.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Peers given to one who does not say how many it wants; opentracker's figure.</summary>
    public int DefaultNumWant { get; init; } = 50;

    /// <summary>Peers given at the most; opentracker's figure.</summary>
    public int MaxNumWant { get; init; } = 200;

    /// <summary>TCP connections at the most; further ones are closed at once.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Time for a whole request head, against clients that send it drop by drop.</summary>
    public TimeSpan HeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time that a connection may be idle between requests.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>True to answer over UDP too, on the same port number; the default.</summary>
    public bool AnswersUdp { get; init; } = true;

    /// <summary>
    /// Threads that answer UDP, for each address family; 1, the default, is enough beside a transfer. Only Linux has
    /// use for more: as many as cores.
    /// </summary>
    public int UdpThreads { get; init; } = 1;

    /// <summary>
    /// True, the default, to move many datagrams with one system call where that exists: on Linux.
    /// </summary>
    public bool BatchesDatagrams { get; init; } = true;

    /// <summary>
    /// Time that a UDP connection id is good for. BEP 15 asks for two minutes, the default; some clients keep theirs
    /// for an hour. At the most 18 hours.
    /// </summary>
    public TimeSpan ConnectionLifetime { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Whom the tracker serves; everybody is the default.</summary>
    public TrackerMode Mode { get; init; } = TrackerMode.Open;

    /// <summary>
    /// The torrents of a <see cref="TrackerMode.Listed"/> tracker besides those of its catalogue; ignored elsewhere.
    /// </summary>
    public ITorrentRegistry? Registry { get; init; }

    /// <summary>The keys of a <see cref="TrackerMode.Private"/> tracker; null lets nobody in there.</summary>
    public KeyRing? Keys { get; init; }

    /// <summary>
    /// Folder of what the tracker keeps over a restart, made when missing: secret, keys, swarms and catalogue. Null,
    /// the default, keeps everything in memory.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>
    /// Host and port of a Redis (6.2 or later) or Valkey that keeps the swarms, so that any number of nodes serve the
    /// same ones; settings of StackExchange.Redis may follow behind commas, such as <c>password=…</c>. Null, the
    /// default, keeps them in memory.
    /// </summary>
    public string? Redis { get; init; }

    /// <summary>Time for a request to Redis before it counts as away; a second.</summary>
    public TimeSpan RedisTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Settings of the catalogue of files; null leaves it out.</summary>
    public CatalogueOptions? Catalogue { get; init; } = new();

    /// <summary>
    /// Time between snapshots of the swarms in the data folder: what a tracker that is killed may forget; a minute.
    /// </summary>
    public TimeSpan SnapshotInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// A PEM file with a certificate, and its chain behind it, by which the port takes HTTPS too, beside HTTP; null,
    /// the default, has no HTTPS. A file that is replaced counts for later connections.
    /// </summary>
    public string? CertificateFile { get; init; }

    /// <summary>The PEM file with the private key of the certificate; needed with it.</summary>
    public string? CertificateKeyFile { get; init; }

    /// <summary>
    /// Name of the header in which a reverse proxy tells the address of its client, such as X-Forwarded-For; null, the
    /// default, believes none. Only proxies of <see cref="TrustedProxies"/> are believed.
    /// </summary>
    public string? ProxyHeader { get; init; }

    /// <summary>
    /// Addresses of the proxies that are believed; empty, the default, for those on this machine.
    /// </summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>Who gets /metrics; those on this machine and in private networks by default.</summary>
    public MetricsAudience Metrics { get; init; } = MetricsAudience.Neighbours;

    /// <summary>
    /// True, the default, to let peers behind the same router know each other's private addresses, where they tell
    /// them: see docs/TRACKER.md for what is believed of whom.
    /// </summary>
    public bool HonoursPrivateAddresses { get; init; } = true;

    /// <summary>Where the log goes; null, the default, for nowhere.</summary>
    public ILoggerFactory? Logging { get; init; }

    /// <summary>
    /// Limits of the store; the lifetime of peers in it follows from <see cref="Interval"/> when null.
    /// </summary>
    public SwarmStoreOptions? Store { get; init; }

    /// <summary>The clock that peers age by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
