using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Peers;
using Shoal.Swarm.Picking;
using Shoal.Swarm.Requests;

namespace Shoal.Swarm;

/// <summary>Where a peer's connection is in its life.</summary>
public enum SessionPhase
{
    /// <summary>We dialled and await the peer's handshake. → Open, Gone</summary>
    Handshaking,

    /// <summary>Both handshakes are exchanged. → Gone</summary>
    Open,

    /// <summary>The connection is over; nothing more is sent or received.</summary>
    Gone,
}

/// <summary>
/// What the brain knows of one connected peer. Only the brain changes it; the shell that moves its bytes reads what is
/// public, while the brain is at rest.
/// </summary>
public sealed class PeerSession
{
    // Mutable structs, so fields.
    internal RequestWindow Window = new();
    internal RateMeter Down;
    internal RateMeter Up;

    internal PeerSession(int slot, IPEndPoint remote, bool isIncoming, TimeSpan now)
    {
        Slot = slot;
        Remote = ListensAt = remote;
        IsIncoming = isIncoming;
        ConnectedAt = ChokeChangedAt = LastReceivedAt = LastSentAt = LastUsefulAt = LastMovedAt = now;
    }

    /// <summary>The shell's own object for this peer.</summary>
    public object? Shell { get; set; }

    /// <summary>Where the connection goes.</summary>
    public IPEndPoint Remote { get; }

    /// <summary>True when the peer dialled us.</summary>
    public bool IsIncoming { get; }

    /// <summary>True for a web server that has the content (BEP 19) instead of a peer.</summary>
    public bool IsWebSeed { get; internal set; }

    /// <summary>Where the connection is in its life.</summary>
    public SessionPhase Phase { get; internal set; }

    /// <summary>
    /// Messages that are to be sent. The shell may put an empty buffer in its place and send the old one.
    /// </summary>
    public MessageBuffer Outbox { get; set; } = new();

    /// <summary>What the peer's handshake said.</summary>
    public Handshake Handshake { get; internal set; }

    /// <summary>True when the peer lets us request.</summary>
    public bool UnchokedUs { get; internal set; }

    /// <summary>True when we let the peer request.</summary>
    public bool UnchokedByUs { get; internal set; }

    /// <summary>Client name as the peer tells it, safe to print; or read from its peer id.</summary>
    public string Client { get; internal set; } = "";

    /// <summary>Block bytes received from the peer.</summary>
    public long DownloadedBytes { get; internal set; }

    /// <summary>Block bytes sent to the peer.</summary>
    public long UploadedBytes { get; internal set; }

    /// <summary>Block bytes received per second.</summary>
    public double DownloadRate { get; internal set; }

    /// <summary>Block bytes sent per second.</summary>
    public double UploadRate { get; internal set; }

    /// <summary>Number of pieces the peer has, as far as is known.</summary>
    public int PieceCount => Pieces?.Set.Count ?? 0;

    /// <summary>True when the peer is known to have every piece.</summary>
    public bool IsSeed => Pieces?.IsSeed ?? Early.HasAll;

    /// <summary>True when the peer has everything, or says that it wants no more (BEP 21).</summary>
    internal bool NeedsNothing => IsUploadOnly || IsSeed;

    /// <summary>True when blocks wait to be served to the peer.</summary>
    public bool HasUploads => Uploads.Count > 0;

    /// <summary>Number of blocks that wait to be served to the peer.</summary>
    public int WaitingUploads => Uploads.Count;

    /// <summary>True when the peer may request and has nothing that we want.</summary>
    public bool IsOnlyServed => UnchokedByUs && !WeAreInterested;

    /// <summary>A number that no other session of this torrent has or had.</summary>
    internal int Slot { get; }

    internal PeerName Name => new(Remote, Handshake.PeerId);

    /// <summary>Where the peer accepts connections, as far as is known.</summary>
    internal IPEndPoint ListensAt { get; set; }

    /// <summary>True when the directory counts this connection as that of <see cref="ListensAt"/>.</summary>
    internal bool IsInDirectory { get; set; }

    internal TimeSpan ConnectedAt { get; }

    internal TimeSpan LastReceivedAt { get; set; }

    internal TimeSpan LastSentAt { get; set; }

    /// <summary>When either side was last interested or a block moved.</summary>
    internal TimeSpan LastUsefulAt { get; set; }

    /// <summary>When a block last moved, either way; when it connected, before the first.</summary>
    internal TimeSpan LastMovedAt { get; set; }

    /// <summary>When the last block arrived, or requests began after a pause.</summary>
    internal TimeSpan LastBlockAt { get; set; }

    internal bool PeerInterested { get; set; }

    internal bool WeAreInterested { get; set; }

    internal TimeSpan ChokeChangedAt { get; set; }

    internal long UploadedAtUnchoke { get; set; }

    /// <summary>Block bytes received that were asked for and first to come.</summary>
    internal long UsefulBytes { get; set; }

    /// <summary>True when it took a part of the metadata from us.</summary>
    internal bool TookMetadata { get; set; }

    internal long UsefulAtRound { get; set; }

    /// <summary>Block bytes received that were of no use and that we did not wait for.</summary>
    internal long WastedBytes { get; set; }

    internal long UploadedAtRound { get; set; }

    internal bool IsSnubbed { get; set; }

    internal ExtensionHandshake? Extensions { get; set; }

    /// <summary>Set once the torrent's content is known.</summary>
    internal PeerPieces? Pieces { get; set; }

    internal EarlyPieces Early { get; } = new();

    internal PendingRequests Pending { get; } = new();

    /// <summary>
    /// Blocks that were asked for and cancelled, and whose answer is still to come: under the Fast extension a reject,
    /// which must not be taken for the answer to a later request for the same block.
    /// </summary>
    internal List<BlockSpan> Cancelled { get; } = [];

    internal RequestQueue Uploads { get; } = new();

    /// <summary>Pieces that the peer serves while it chokes us (BEP 6).</summary>
    internal List<PieceIndex> AllowedFast { get; } = [];

    /// <summary>Pieces that the peer advised (BEP 6).</summary>
    internal List<PieceIndex> Suggested { get; } = [];

    /// <summary>Pieces that we serve while we choke the peer (BEP 6).</summary>
    internal List<PieceIndex> AllowedByUs { get; } = [];

    /// <summary>Pieces that we offered while super-seeding and that the peer has not got.</summary>
    internal List<PieceIndex> Offered { get; } = [];

    /// <summary>While super-seeding, what the peer was ever told to be here; null for nothing.</summary>
    internal Bitfield? Told { get; set; }

    /// <summary>Pieces that it got while we super-seeded and that nobody else has shown to have since.</summary>
    internal int PiecesKept { get; set; }

    /// <summary>Pieces that it got while we super-seeded and passed on.</summary>
    internal int PiecesPassedOn { get; set; }

    internal bool GotPieceSet { get; set; }

    /// <summary>Blocks received that no request of ours explains.</summary>
    internal int UnrequestedBlocks { get; set; }

    /// <summary>
    /// Blocks that may still come without anybody waiting for them: their requests were cancelled, given up as late, or
    /// dropped by a choke.
    /// </summary>
    internal int ExcusedBlocks { get; set; }

    /// <summary>Bytes in the outbox, at the most, that answer what the peer said.</summary>
    internal int UnreadAnswers { get; set; }

    internal int Strikes { get; set; }

    internal bool UsesV2Hash { get; set; }

    internal bool IsUploadOnly { get; set; }

    internal int ExtensionHandshakes { get; set; }

    internal int RevocationMessages { get; set; }

    internal ReadOnlyMemory<byte> RevocationsSent { get; set; }

    internal int HashRequests { get; set; }

    internal int HashFaults { get; set; }

    internal int HashesAsked { get; set; }

    internal TimeSpan NoHashesBefore { get; set; }

    internal bool SupportsFast => Handshake.Reserved.SupportsFast;

    internal bool SupportsExtensions => Handshake.Reserved.SupportsExtensions;

    /// <summary>Takes the next blocks to serve off the queue, as many as fit; returns their number.</summary>
    public int TakeUploads(Span<BlockSpan> into) =>
        HasUploads ? Uploads.TakeAny(into) : 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Remote} ({Client})";
}
