using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Shoal.Engine.Swarms;
using Shoal.Network;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>A private swarm in a folder of its own: an authority, a file to share, and engines for members.</summary>
internal sealed class SwarmRig : IAsyncDisposable
{
    public const string Passphrase = "not to be guessed";

    private readonly string _root = Directory.CreateTempSubdirectory("shoal-swarm-").FullName;
    private readonly List<TorrentEngine> _engines = [];

    private readonly TlsNegotiator _tls;

    private SwarmRig(TlsNegotiator tls, TorrentVersion version, int size)
    {
        _tls = tls;
        Version = version;
        Content = new byte[size];
        new Random(size).NextBytes(Content);
        // What a capture is searched for.
        Encoding.ASCII.GetBytes("the plain text of a block").CopyTo(Content, 100);
        File.WriteAllBytes(Path.Combine(_root, "secret-plan.bin"), Content);
        Authority = SwarmAuthority.Create(Swarms, "team");
    }

    public static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public TorrentVersion Version { get; }

    /// <summary>The folder that everything of the test is in.</summary>
    public string Root => _root;

    /// <summary>What the engines that start from now on log to; null for nowhere.</summary>
    public RefusalLog? Log { get; set; }

    /// <summary>What those who get it from now on ask for peers; none at first.</summary>
    public ImmutableArray<string> Trackers { get; set; } = [];

    public byte[] Content { get; }

    public string Swarms => Path.Combine(_root, "swarms");

    public SwarmAuthority Authority { get; }

    public CreatedTorrent Torrent { get; private set; } = null!;

    /// <summary>Makes everything but the engines.</summary>
    /// <param name="tls">How all engines of it speak TLS.</param>
    /// <param name="version">Of the torrent.</param>
    /// <param name="size">Bytes of the file.</param>
    public static async Task<SwarmRig> CreateAsync(
        TlsNegotiator tls, TorrentVersion version = TorrentVersion.Hybrid, int size = 700_000)
    {
        var rig = new SwarmRig(tls, version, size);
        rig.Torrent = await rig.MakeAsync(rig.Authority.CertificatePem);
        return rig;
    }

    public Task<CreatedTorrent> MakeAsync(string? certificate) => TorrentCreator.CreateAsync(
        Path.Combine(_root, "secret-plan.bin"),
        new CreateOptions { Version = Version, PieceLength = 32 * 1024, SslCertificate = certificate },
        null,
        Cancel);

    public SwarmMember Invite(
        string who, SwarmAuthority? by = null, TimeSpan? life = null, IReadOnlyList<string>? hosts = null)
    {
        string file = Path.Combine(_root, $"{who}-{Guid.NewGuid():N}.member");
        by ??= Authority;
        by.PassphraseRounds = 1000;
        by.Invite(who, file, Passphrase, life ?? TimeSpan.FromDays(1), hosts);
        return SwarmMember.Load(file, Passphrase);
    }

    /// <summary>The authority's certificate with its key, as its own file holds it.</summary>
    public X509Certificate2 AuthorityCertificate()
    {
        string pem = File.ReadAllText(Path.Combine(Swarms, "team", "authority.pem"));
        return X509Certificate2.CreateFromPem(pem, pem);
    }

    public Task<TorrentEngine> StartAsync(EncryptionPolicy policy = EncryptionPolicy.Preferred) =>
        StartAsync(Log, policy);

    public async Task<TorrentEngine> StartAsync(
        ILoggerFactory? log, EncryptionPolicy policy = EncryptionPolicy.Preferred)
    {
        TorrentEngine engine = await TorrentEngine.StartAsync(
            new EngineOptions
            {
                BindAddress = IPAddress.Loopback,
                Encryption = policy,
                Tls = _tls,
                LoggerFactory = log ?? NullLoggerFactory.Instance,
            },
            Cancel);
        _engines.Add(engine);
        return engine;
    }

    public async Task<(TorrentEngine Engine, Torrent Torrent)> SeedAsync(
        SwarmMember? member = null, PieceSelection? offer = null)
    {
        TorrentEngine engine = await StartAsync();
        Torrent torrent = await engine.AddAsync(
            new TorrentSource.Parsed(Torrent.Metainfo),
            new TorrentOptions
            {
                Directory = _root, SeedOnly = true, Member = member ?? Authority.Own(), OfferOnly = offer,
            },
            Cancel);
        await torrent.WaitForCompletionAsync(Cancel);
        return (engine, torrent);
    }

    public async Task<(TorrentEngine Engine, Torrent Torrent)> GetAsync(
        SwarmMember? member, TorrentSource? source = null, params int[] from)
    {
        TorrentEngine engine = await StartAsync();
        Torrent torrent = await engine.AddAsync(
            source ?? new TorrentSource.Parsed(Torrent.Metainfo),
            new TorrentOptions
            {
                Directory = Path.Combine(_root, $"to-{engine.Port}"),
                Member = member,
                Trackers = Trackers,
                Peers = [.. from.Select(port => new DnsEndPoint("127.0.0.1", port))],
            },
            Cancel);
        return (engine, torrent);
    }

    public void AssertHas(Torrent torrent) => Assert.Equal(Content, File.ReadAllBytes(torrent.ContentPath!));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_engines.Select(engine => engine.DisposeAsync().AsTask()));
        Directory.Delete(_root, recursive: true);
    }
}
