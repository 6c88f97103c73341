using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Shoal.Engine;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Swarm;

namespace Shoal.Lab.Static;

/// <summary>
/// A running peer of a static swarm: an engine with one torrent that connects to the peers listed before it, gives its
/// slots to preferred neighbours, keeps a log, and knows when everybody has the file.
/// </summary>
public sealed class StaticPeer : IAsyncDisposable
{
    /// <summary>
    /// Time for the last announcements to leave and arrive before the connections are closed: others wait for them.
    /// </summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    // A name that does not resolve now may do so once its machine is up.
    private static readonly TimeSpan ResolveAgain = TimeSpan.FromSeconds(5);

    private readonly TorrentEngine _engine;
    private readonly StaticLog _log;
    private readonly StaticObserver _observer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _connecting;

    private StaticPeer(
        TorrentEngine engine, Torrent torrent, StaticLog log, StaticObserver observer,
        IEnumerable<StaticMember> earlier, Action<string> warn)
    {
        _engine = engine;
        _log = log;
        _observer = observer;
        Torrent = torrent;
        _connecting = Task.WhenAll(earlier.Select(m => ConnectAsync(m, warn)));
    }

    /// <summary>The file as a torrent, for figures and events.</summary>
    public Torrent Torrent { get; }

    /// <summary>TCP port that the peer listens on.</summary>
    public int Port => _engine.Port;

    /// <summary>Ends when every peer of the swarm has the whole file.</summary>
    public Task AllComplete => _observer.AllComplete;

    /// <summary>Reads the configuration and starts the peer.</summary>
    /// <exception cref="LabException">The configuration is at fault; the message names file and line.</exception>
    /// <exception cref="TorrentException">The port cannot be had or the file cannot be read.</exception>
    public static async Task<StaticPeer> StartAsync(
        StaticPeerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        StaticFiles files = new(options.Folder);
        (CommonConfig config, IReadOnlyDictionary<string, int> lines) = CommonConfig.Read(files.Common);
        IReadOnlyList<StaticMember> members = MemberList.Read(files.PeerInfo);
        StaticMember own = MemberList.Find(members, options.Id, files.PeerInfo);
        Metainfo metainfo = await StaticTorrent.ReadAsync(files, config, lines, cancellationToken)
            .ConfigureAwait(false);
        TorrentEngine engine = await TorrentEngine.StartAsync(EngineOptionsOf(own), cancellationToken)
            .ConfigureAwait(false);
        StaticLog log = new(OpenLog(files.Log(own.Id)), TimeProvider.System, own.Id);
        try
        {
            StaticObserver observer = new(log, own, members, options.Warn);
            Torrent torrent = await engine.AddAsync(
                new TorrentSource.Parsed(metainfo),
                TorrentOptionsOf(options, files, config, members, own, observer),
                cancellationToken).ConfigureAwait(false);
            await CheckFileAsync(torrent, observer, files, config, own, cancellationToken).ConfigureAwait(false);
            IEnumerable<StaticMember> earlier = members.TakeWhile(m => m.Id != own.Id);
            return new StaticPeer(engine, torrent, log, observer, earlier, options.Warn);
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            log.Close();
            throw;
        }
    }

    /// <summary>Leaves the swarm; when everybody is complete, only after the others could hear of it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (AllComplete.IsCompleted) await Task.Delay(Farewell).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await _connecting.ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
        _log.Close();
        _stop.Dispose();
    }

    private static EngineOptions EngineOptionsOf(StaticMember own) => new()
    {
        BindAddress = own.IsLocal ? IPAddress.Loopback : null,
        Port = own.Port,
        MaxConnections = 2 * MemberList.MaxMembers,
        PeerId = own.PeerId,
    };

    private static TorrentOptions TorrentOptionsOf(
        StaticPeerOptions options,
        StaticFiles files,
        CommonConfig config,
        IReadOnlyList<StaticMember> members,
        StaticMember own,
        StaticObserver observer) => new()
    {
        Directory = files.PeerFolder(own.Id),
        DownloadBytesPerSecond = options.DownloadBytesPerSecond,
        UploadBytesPerSecond = options.UploadBytesPerSecond,
        MaxPeers = 2 * MemberList.MaxMembers,
        TrustsAddresses = true,
        // Who has the file from the start changes nothing in its folder.
        SeedOnly = own.HasFile,
        FixedSwarm = new FixedSwarm
        {
            Neighbours = config.Neighbours,
            Members = members.Select(m => m.PeerId).ToImmutableHashSet(),
            Observer = observer,
        },
    };

    private static StreamWriter OpenLog(string path)
    {
        try
        {
            return new StreamWriter(new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LabException($"The log {path} cannot be written: {error.Message}", error);
        }
    }

    private static async Task CheckFileAsync(
        Torrent torrent,
        StaticObserver observer,
        StaticFiles files,
        CommonConfig config,
        StaticMember own,
        CancellationToken cancellationToken)
    {
        Task failed = torrent.WaitForCompletionAsync(cancellationToken);
        await Task.WhenAny(observer.IsWhole, failed).WaitAsync(cancellationToken).ConfigureAwait(false);
        if (!observer.IsWhole.IsCompleted) await failed.ConfigureAwait(false);
        if (!own.HasFile || await observer.IsWhole.ConfigureAwait(false)) return;
        string file = Path.Combine(files.PeerFolder(own.Id), config.FileName);
        string fault = File.Exists(file) ? "differs from its hashes" : "is missing";
        throw LabException.At(
            files.PeerInfo, own.Line, $"peer {own.Id} is said to have the file, but {file} {fault}; run set-up again.");
    }

    private async Task ConnectAsync(StaticMember other, Action<string> warn)
    {
        bool hasWarned = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                IPAddress[] addresses = other.IsLocal
                    ? [IPAddress.Loopback]
                    : await Dns.GetHostAddressesAsync(other.Host, _stop.Token).ConfigureAwait(false);
                foreach (IPAddress address in addresses) Torrent.AddPeer(new IPEndPoint(address, other.Port));
                return;
            }
            catch (SocketException error)
            {
                if (!hasWarned)
                    warn($"The host {other.Host} of peer {other.Id} is not found ({error.Message}); "
                        + "an address in PeerInfo.cfg always is.");
                hasWarned = true;
                await Task.Delay(ResolveAgain, _stop.Token)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
