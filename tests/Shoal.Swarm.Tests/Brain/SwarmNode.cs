using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>
/// A brain with a disk and a network in memory. The disk is instant and hashes real bytes; its verdicts come as events
/// of their own after the event that stored the last block.
/// </summary>
internal sealed class SwarmNode : ISwarmPort
{
    private readonly BrainSwarm _swarm;
    private readonly TestTorrent _torrent;
    private readonly SwarmRandom _random;
    private readonly HashSet<SwarmLink> _withOutput = [];
    private readonly bool _hasAll;
    private ReadOnlyMemory<byte> _received;
    private SwarmLink? _joining;
    private int _creditOut;
    private int _unsettled;
    private bool _starved;
    private bool _diskQueued;
    private int _nextPort;
    private TimeSpan _lineFreeAt;

    public SwarmNode(BrainSwarm swarm, int number, SwarmPlan plan, TestTorrent torrent, IPEndPoint listensAt)
    {
        _swarm = swarm;
        _torrent = torrent;
        _random = new SwarmRandom(plan.Seed * 1000 + (ulong)number);
        _hasAll = number < plan.Seeders || number == plan.Liar;
        Number = number;
        // Nodes may share an address, and then a port is one node's alone.
        _nextPort = 40_000 + 1000 * number;
        Plan = plan;
        ListensAt = listensAt;
        string name = $"-SH0100-{_random.NextBits() % 1_000_000:000000}{number:000000}";
        var id = new PeerId(System.Text.Encoding.ASCII.GetBytes(name));
        Brain = new TorrentBrain(
            torrent.Info.Hashes,
            new BrainOptions { PeerId = id, ListenPort = listensAt.Port, UploadSlots = plan.UploadSlots },
            this,
            _random.NextBits());
        if (_hasAll || !plan.Magnet) SetContent(torrent.Metainfo.PieceLayers);
        else Brain.FetchMetadata();
    }

    public int Number { get; }

    public SwarmPlan Plan { get; }

    public IPEndPoint ListensAt { get; }

    public TorrentBrain Brain { get; }

    public MemoryDisk? Disk { get; private set; }

    public bool IsLiar => Number == Plan.Liar;

    public bool IsDone => _hasAll || Brain.IsComplete;

    /// <summary>Blocks of credit that are out: 0 when everything is at rest.</summary>
    public int CreditOut => _creditOut;

    /// <summary>Why this node closed connections, with the peer it closed.</summary>
    public List<(SwarmNode Peer, DisconnectReason Reason)> Closed { get; } = [];

    public List<SwarmLink> Links { get; } = [];

    /// <summary>Runs an event of the brain, then sends what came of it.</summary>
    public void Do(Action<TorrentBrain> happening)
    {
        happening(Brain);
        foreach (SwarmLink link in _withOutput.OrderBy(l => l.Session?.Slot ?? 0)) Flush(link);
        _withOutput.Clear();
        Assert.Equal(Brain.OutstandingBlocks, _creditOut - _unsettled);
        if (!_diskQueued && (_unsettled > 0 || Disk is { Whole.Count: > 0 })) QueueDisk();
    }

    /// <summary>The line takes no block for a while.</summary>
    public void Stall(TimeSpan time) => _lineFreeAt = _swarm.Now + time;

    /// <summary>The address that a connection which we make comes from.</summary>
    public IPEndPoint NextSource() => new(ListensAt.Address, _nextPort++);

    public void Dialled(SwarmLink link, IPEndPoint to) => Do(brain =>
    {
        _joining = link;
        link.Session = brain.Dialled(to, _swarm.Now);
        _joining = null;
        if (link.Session is not null) return;
        _swarm.Hangup(link);
        brain.DialFailed(to, _swarm.Now);
    });

    /// <summary>Bytes arrive; the first ones of an incoming connection decide whether it is taken.</summary>
    public void Arrived(SwarmLink link, IPEndPoint from, byte[] bytes)
    {
        if (link.IsClosed) return;
        if (link.AwaitsHandshake)
        {
            bytes = link.TakeHandshake(bytes, out Handshake handshake);
            Do(brain => Greet(brain, link, from, handshake));
        }
        if (link.Session is not { } session || bytes.Length == 0) return;
        _received = bytes;
        Do(brain => brain.Receive(session, bytes, _swarm.Now));
    }

    public void Ended(SwarmLink link)
    {
        if (link.IsClosed) return;
        if (link.Session is { } session)
            Do(brain => brain.LinkLost(session, DisconnectReason.ClosedByPeer, _swarm.Now));
        link.IsClosed = true;
        Links.Remove(link);
    }

    private void Greet(TorrentBrain brain, SwarmLink link, IPEndPoint from, Handshake handshake)
    {
        if (link.Session is { } dialled)
        {
            brain.Handshaken(dialled, handshake, _swarm.Now);
            return;
        }
        _joining = link;
        link.Session = brain.Accept(from, handshake, _swarm.Now, out DisconnectReason reason);
        _joining = null;
        if (link.Session is not null) return;
        _swarm.Log($"{Number} refuses {link.Other.Node.Number}: {reason}");
        if (!link.IsClosed) _swarm.Hangup(link);
    }

    private void SetContent(IReadOnlyDictionary<Sha256Hash, ReadOnlyMemory<byte>>? layers)
    {
        HashForest? forest = _torrent.Info.Hashes.V2 is null ? null : new HashForest(_torrent.Info, layers);
        Disk = new MemoryDisk(_torrent, forest);
        var have = new Bitfield(_torrent.Geometry.PieceCount);
        for (int i = 0; _hasAll && i < have.Length; i++) Disk.Fill(_torrent.Geometry.Piece(i));
        if (_hasAll) have.SetAll();
        var wanted = new Bitfield(_torrent.Geometry.PieceCount);
        wanted.SetAll();
        Brain.SetContent(new BrainContent(_torrent.Info, forest, have, wanted, []), _swarm.Now);
    }

    private void Flush(SwarmLink link)
    {
        if (link.IsClosed || link.IsBusy || link.Session is not { } session) return;
        var batch = new MessageBuffer();
        batch.Write(session.Outbox.Pending);
        session.Outbox.Clear();
        Span<BlockSpan> blocks = new BlockSpan[2];
        int count = session.TakeUploads(blocks);
        int sent = 0;
        foreach (BlockSpan block in blocks[..count])
        {
            byte[] bytes = Disk!.Read(block).ToArray();
            if (IsLiar && _random.Next(Plan.SpoilOneIn) == 0) bytes[_random.Next(bytes.Length)] ^= 0x10;
            PeerMessages.WritePiece(batch, block, bytes);
            sent += block.Length;
        }
        if (batch.IsEmpty) return;
        if (sent == 0)
        {
            _swarm.Send(link, batch.Pending.ToArray());
            return;
        }
        if (_lineFreeAt < _swarm.Now) _lineFreeAt = _swarm.Now;
        _lineFreeAt += TimeSpan.FromSeconds((double)sent / Plan.UpBytesPerSecond);
        link.IsBusy = true;
        _swarm.After(_lineFreeAt - _swarm.Now, () => Sent(link, session, batch, sent));
    }

    private void Sent(SwarmLink link, PeerSession session, MessageBuffer batch, int bytes) => Do(brain =>
    {
        if (link.IsClosed) return;
        link.IsBusy = false;
        _swarm.Send(link, batch.Pending.ToArray());
        brain.Uploaded(session, bytes, _swarm.Now);
        _withOutput.Add(link);
    });

    private void QueueDisk()
    {
        _diskQueued = true;
        _swarm.After(TimeSpan.FromMilliseconds(_random.Next(3)), () =>
        {
            _diskQueued = false;
            Do(RunDisk);
        });
    }

    private void RunDisk(TorrentBrain brain)
    {
        _creditOut -= _unsettled;
        _unsettled = 0;
        if (Disk!.TryTakeWhole(out PieceIndex piece)) brain.PieceChecked(piece, Disk.Check(piece), _swarm.Now);
        if (!_starved) return;
        _starved = false;
        brain.CreditReturned(_swarm.Now);
    }

    void ISwarmPort.Dial(IPEndPoint endPoint) => _swarm.Dial(this, endPoint);

    void ISwarmPort.Close(PeerSession peer, DisconnectReason reason)
    {
        SwarmLink? link = Links.Find(l => l.Session == peer) ?? _joining;
        if (link is null || link.IsClosed) return;
        Closed.Add((link.Other.Node, reason));
        _swarm.Log($"{Number} closes {link.Other.Node.Number}: {reason}");
        _swarm.Hangup(link);
    }

    void ISwarmPort.HasOutput(PeerSession peer)
    {
        SwarmLink? link = Links.Find(l => l.Session == peer) ?? _joining;
        if (link is not null) _withOutput.Add(link);
    }

    void ISwarmPort.Store(PeerSession peer, BlockSpan block, int offset)
    {
        _unsettled++;
        Disk!.Store(block, _received.Span.Slice(offset, block.Length));
    }

    int ISwarmPort.TakeCredit(int blocks)
    {
        int taken = Math.Clamp(Plan.Credit - _creditOut, 0, blocks);
        _creditOut += taken;
        _starved |= taken == 0;
        return taken;
    }

    void ISwarmPort.ForceCredit(int blocks) => _creditOut += blocks;

    void ISwarmPort.ReturnCredit(int blocks) => _creditOut -= blocks;

    void ISwarmPort.ForgetPiece(PieceIndex piece) => Disk!.Forget(piece);

    void ISwarmPort.HashBlocks(PieceIndex piece) => _swarm.After(
        TimeSpan.Zero, () => Do(brain => brain.BlocksHashed(piece, Disk!.HashBlocks(piece), _swarm.Now)));

    void ISwarmPort.RecheckPiece(PieceIndex piece) => Disk!.Recheck(piece);

    void ISwarmPort.MetadataReceived(ReadOnlyMemory<byte> rawInfo)
    {
        Assert.True(rawInfo.Span.SequenceEqual(_torrent.Info.Raw.Span), "The metadata differs.");
        Brain.MetadataAccepted(rawInfo);
        _swarm.Log($"{Number} has the metadata");
        // The engine opens files first.
        _swarm.After(TimeSpan.FromMilliseconds(_random.Next(500)), () => Do(_ => SetContent(null)));
    }

    void ISwarmPort.WantPeers() => _swarm.After(
        TimeSpan.FromMilliseconds(_random.Next(200)),
        () => Do(brain => brain.PeersFound(_swarm.AddressesFor(this), Swarm.Peers.PeerSources.Tracker, _swarm.Now)));

    void ISwarmPort.PeerJoined(PeerSession peer)
    {
    }

    void ISwarmPort.PieceCompleted(PieceIndex piece) => _swarm.Log($"{Number} has piece {piece}");

    void ISwarmPort.PieceFailed(PieceIndex piece) => _swarm.Log($"{Number} got a bad piece {piece}");

    void ISwarmPort.Completed() => _swarm.Log($"{Number} is complete");
}
