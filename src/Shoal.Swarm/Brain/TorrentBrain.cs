using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.Torrents;
using Shoal.Swarm.Choking;
using Shoal.Swarm.Peers;
using Shoal.Swarm.Picking;

namespace Shoal.Swarm;

/// <summary>
/// One torrent's mind: which peers to keep, what to ask of whom, whom to serve. It is synchronous and deterministic:
/// events go in with the time at which they happened, decisions come out through <see cref="ISwarmPort"/>, and equal
/// events give equal decisions. It does no I/O, knows no clock, and must not be called from two threads at a time.
/// </summary>
/// <remarks>
/// Where to find what: TorrentBrain.Peers.cs connections and handshakes, .Messages.cs the switch over all messages,
/// .Download.cs requests and blocks, .Verdicts.cs pieces and blame, .Upload.cs chokes and requests of others,
/// .Extensions.cs metadata and other extensions, .Hashes.cs the exchange of v2 hashes, .Tick.cs what time does.
/// </remarks>
public sealed partial class TorrentBrain
{
    private readonly BrainOptions _options;
    private readonly TorrentHashes _hashes;
    private readonly ISwarmPort _port;
    private readonly SwarmRandom _random;
    private readonly List<PeerSession> _sessions = [];
    private readonly PeerDirectory _directory;
    private readonly OwnAddresses _ownAddresses = new();
    private int _lastSlot;

    private TorrentInfo? _info;
    private PieceGeometry? _geometry;
    private PiecePicker? _picker;
    private HashForest? _forest;
    private Bitfield _have = new(0);
    private TimeSpan _now;
    private bool _completed;
    private bool _stopping;

    /// <summary>Creates the brain of a torrent whose content may not be known yet.</summary>
    /// <param name="hashes">The names of the torrent.</param>
    /// <param name="options">Settings.</param>
    /// <param name="port">The world.</param>
    /// <param name="seed">Where its random choices begin; equal seeds make equal choices.</param>
    public TorrentBrain(TorrentHashes hashes, BrainOptions options, ISwarmPort port, ulong seed)
    {
        _hashes = hashes;
        _options = options;
        _port = port;
        _random = new SwarmRandom(seed);
        _limitedBlocks = BlocksUnder(options.DownloadBytesPerSecond);
        _directory = new PeerDirectory(_random) { SteadyRetry = options.FixedSwarm?.RedialInterval };
        if (options.OwnAddress is { } own) _ownAddresses.Set(own);
    }

    /// <summary>Connected peers and those whose handshake is awaited.</summary>
    public IReadOnlyList<PeerSession> Sessions => _sessions;

    /// <summary>Pieces that are here and right. Empty over no pieces while the content is unknown.</summary>
    public Bitfield Have => _have;

    /// <summary>True when nothing that is wanted is missing.</summary>
    public bool IsComplete => _completed;

    /// <summary>Block bytes received, wasted ones included.</summary>
    public long DownloadedBytes { get; private set; }

    /// <summary>Block bytes sent.</summary>
    public long UploadedBytes { get; private set; }

    /// <summary>
    /// Received bytes that were of no use: duplicates, unrequested ones, pieces that failed their hash.
    /// </summary>
    public long WastedBytes { get; private set; }

    /// <summary>Payload bytes that are wanted and missing.</summary>
    public long MissingBytes => _picker?.BytesLeft ?? 0;

    /// <summary>Blocks that are asked of peers now; what the port was asked credit for and has not got back.</summary>
    public int OutstandingBlocks { get; private set; }

    /// <summary>What is asked of whom; null while the content is unknown. For tests and simulations.</summary>
    internal PiecePicker? Picker => _picker;

    /// <summary>True when time has nothing to tell: no peer, none to dial, and none that is looked for.</summary>
    public bool IsIdle => _sessions.Count == 0 && _directory.Peers.Count == 0 && (IsUploadOnly || _stopping);

    /// <summary>
    /// Makes the content known: at once for a .torrent, when the metadata is here for a magnet link. Peers that are
    /// connected are told what is here.
    /// </summary>
    /// <param name="content">What the torrent holds and what of it is on disk.</param>
    /// <param name="now">Time since the engine's start.</param>
    public void SetContent(BrainContent content, TimeSpan now)
    {
        if (_info is not null) throw new InvalidOperationException("The content is set once.");
        _info = content.Info;
        _geometry = content.Info.Geometry;
        _forest = content.Forest;
        _now = now;
        _have = new Bitfield(content.Have);
        Observer?.Started(_have);
        _picker = new PiecePicker(_geometry, _random);
        _choker = NewChoker(_geometry.PieceLength);
        if (_rawInfo.IsEmpty) MetadataAccepted(_info.Raw);
        for (int i = 0; i < _geometry.PieceCount; i++)
        {
            PieceIndex piece = _geometry.Piece(i);
            if (_have[i]) _picker.MarkHave(piece);
            if (!content.Wanted[i]) _picker.SetPriority(piece, PiecePriority.Unwanted);
        }
        foreach (BlockSpan run in content.Unfinished)
            if (!_picker.TryRestore(run)) _port.ForgetPiece(run.Piece);
        if (content.Info.IsPrivate) BecomePrivate();
        foreach (PeerSession session in _sessions.ToArray())
        {
            if (session.Phase != SessionPhase.Open) continue;
            if (!ResolveEarlyPieces(session)) continue;
            Observer?.PiecesChanged(session);
            AnnounceContent(session);
            UpdateInterest(session, now);
        }
        while (_picker.TryTakeEmptyPiece(out PieceIndex empty)) _port.RecheckPiece(empty);
        BeginSuperSeeding();
        if (_options.SeedOnly) BecomeUploadOnly();
        CheckCompleted(now);
    }

    /// <summary>Ends all connections. Nothing is dialled any more.</summary>
    public void Stop()
    {
        _stopping = true;
        foreach (PeerSession session in _sessions.ToArray()) Disconnect(session, DisconnectReason.Stopping);
    }

    private void CheckCompleted(TimeSpan now)
    {
        _now = now;
        if (_completed || _picker is null || _picker.PiecesLeft > 0 || _options.SeedOnly) return;
        _completed = true;
        _port.Completed();
        BecomeUploadOnly();
    }

    /// <summary>
    /// Tells everybody that they need not offer anything. Who needs nothing either is left at the next tick: until then
    /// it hears that everything is here, which who super-seeds and who counts copies would not know of a peer that just
    /// hangs up.
    /// </summary>
    private void BecomeUploadOnly()
    {
        _directory.IsUploadOnly = true;
        foreach (PeerSession session in _sessions.ToArray())
        {
            if (session.Phase != SessionPhase.Open) continue;
            if (session.IsWebSeed) Disconnect(session, DisconnectReason.BothSeeds);
            else TellUploadOnly(session);
        }
    }

    private PeerPieces Join(PeerSession session)
    {
        PeerPieces pieces = _picker!.Join(session.Slot);
        // The name only: it stays with every block that the peer sent, long after the session is over.
        pieces.Tag = session.Name;
        return pieces;
    }

    /// <summary>True when peers need not offer us anything: all is here, or all that will ever be asked for.</summary>
    private bool IsUploadOnly => _completed || _options.SeedOnly;
}
