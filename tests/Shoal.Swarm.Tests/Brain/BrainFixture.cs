using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.Swarm.Peers;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>
/// One brain with a world that the test plays. After every event the books are checked: credit that is out is what is
/// asked of peers and what the disk has not settled, never more and never less.
/// </summary>
internal sealed class BrainFixture
{
    public const int PieceLength = 64 * 1024;

    private int _lastPeer;
    private int _lastId;

    public BrainFixture(
        TorrentVersion version = TorrentVersion.V1,
        int length = (5 * PieceLength) + 20_000,
        int[]? have = null,
        int[]? unwanted = null,
        bool magnet = false,
        Func<BrainOptions, BrainOptions>? options = null,
        TestTorrent? torrent = null,
        (int Piece, int Block)[]? unfinished = null)
    {
        Torrent = torrent ?? TestTorrents.Create(version, PieceLength, ("content.bin", length));
        var basic = new BrainOptions { PeerId = Us, ListenPort = 6881, UploadSlots = 4 };
        Brain = new TorrentBrain(Torrent.Info.Hashes, options?.Invoke(basic) ?? basic, Port, seed: 7);
        if (magnet) Brain.FetchMetadata();
        else SetContent(have, unwanted, unfinished: unfinished);
    }

    public static PeerId Us { get; } = Id("-SH0100-mmmmmmmmmmmm");

    public TestTorrent Torrent { get; }

    public PieceGeometry Geometry => Torrent.Geometry;

    public FakePort Port { get; } = new();

    public TorrentBrain Brain { get; }

    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    public static PeerId Id(string text) => new(System.Text.Encoding.ASCII.GetBytes(text));

    /// <summary>Makes the content known, with all piece layers unless it is said to miss them.</summary>
    public void SetContent(
        int[]? have = null, int[]? unwanted = null, bool withLayers = true, (int Piece, int Block)[]? unfinished = null)
    {
        HashForest? forest = Torrent.Info.Hashes.V2 is null
            ? null
            : new HashForest(Torrent.Info, withLayers ? Torrent.Metainfo.PieceLayers : null);
        Port.Disk = new MemoryDisk(Torrent, forest);
        var there = new Bitfield(Geometry.PieceCount);
        foreach (int piece in have ?? [])
        {
            there.Set(piece);
            Port.Disk.Fill(Geometry.Piece(piece));
        }
        var wanted = new Bitfield(Geometry.PieceCount);
        wanted.SetAll();
        foreach (int piece in unwanted ?? []) wanted.Clear(piece);
        List<BlockSpan> blocks = [];
        foreach ((int piece, int block) in unfinished ?? [])
        {
            blocks.Add(Geometry.Block(Geometry.Piece(piece), block));
            Port.Disk.Restore(blocks[^1]);
        }
        Brain.SetContent(new BrainContent(Torrent.Info, forest, there, wanted, blocks), Now);
        CheckBooks();
    }

    /// <summary>All pieces, for a brain that seeds.</summary>
    public static int[] AllOf(int pieces) => [.. Enumerable.Range(0, pieces)];

    /// <summary>A handshake as another client would send it.</summary>
    public Handshake Greeting(
        PeerId id, InfoHash? hash = null, bool fast = true, bool extensions = true, bool upgrade = false) =>
        new(
            new ReservedBits { SupportsFast = fast, SupportsExtensions = extensions, SupportsV2Upgrade = upgrade },
            hash ?? Torrent.Info.Hashes.Wire,
            id);

    /// <summary>An address that no peer has had yet.</summary>
    public IPEndPoint NewAddress() => new(new IPAddress([203, 0, 113, (byte)++_lastPeer]), 50_000 + _lastPeer);

    /// <summary>A peer dials us and is taken.</summary>
    public FakePeer Accept(
        IPEndPoint? from = null, PeerId? id = null, bool fast = true, bool extensions = true, InfoHash? hash = null)
    {
        FakePeer? peer = TryAccept(out DisconnectReason reason, from, id, fast, extensions, hash);
        Assert.Equal(DisconnectReason.None, reason);
        return peer!;
    }

    /// <summary>A peer dials us; null with the reason when it is not taken.</summary>
    public FakePeer? TryAccept(
        out DisconnectReason reason,
        IPEndPoint? from = null,
        PeerId? id = null,
        bool fast = true,
        bool extensions = true,
        InfoHash? hash = null,
        bool upgrade = false)
    {
        from ??= NewAddress();
        PeerId theirs = id ?? Id($"-XX0001-{++_lastId:000000000000}");
        PeerSession? session = Brain.Accept(from, Greeting(theirs, hash, fast, extensions, upgrade), Now, out reason);
        CheckBooks();
        if (session is null) return null;
        Answer = TakeHandshake(session);
        return new FakePeer(this, session);
    }

    /// <summary>Our handshake to the last peer that was accepted or dialled.</summary>
    public Handshake Answer { get; private set; }

    /// <summary>Tells of an address and lets the dial to it succeed; the handshake is still to come.</summary>
    public PeerSession Dial(IPEndPoint to)
    {
        Brain.PeersFound([to], PeerSources.Tracker, Now);
        Assert.Contains(to, Port.Dials);
        PeerSession? session = Brain.Dialled(to, Now);
        Assert.NotNull(session);
        Answer = TakeHandshake(session);
        CheckBooks();
        return session;
    }

    /// <summary>Lets the dial to an address that was told before succeed, and the peer answer as it should.</summary>
    public FakePeer DialAndGreetKnown(IPEndPoint to)
    {
        Assert.Contains(to, Port.Dials);
        PeerSession? session = Brain.Dialled(to, Now);
        Assert.NotNull(session);
        Answer = TakeHandshake(session);
        Greet(session, Greeting(Id($"-YY0001-{++_lastId:000000000000}")));
        return new FakePeer(this, session);
    }

    /// <summary>Dials a peer that answers as it should.</summary>
    public FakePeer DialAndGreet(IPEndPoint? to = null, PeerId? id = null, InfoHash? hash = null)
    {
        PeerSession session = Dial(to ?? NewAddress());
        Greet(session, Greeting(id ?? Id($"-YY0001-{++_lastId:000000000000}"), hash));
        return new FakePeer(this, session);
    }

    /// <summary>The handshake of a dialled peer arrives.</summary>
    public void Greet(PeerSession session, Handshake handshake)
    {
        Brain.Handshaken(session, handshake, Now);
        CheckBooks();
    }

    public void Receive(PeerSession session, byte[] bytes)
    {
        Port.Receiving(bytes);
        Brain.Receive(session, bytes, Now);
        CheckBooks();
    }

    public void Lose(PeerSession session)
    {
        Brain.LinkLost(session, DisconnectReason.ClosedByPeer, Now);
        CheckBooks();
    }

    /// <summary>Lets the disk write, check and hash until it has nothing to do.</summary>
    public void RunDisk()
    {
        while (true)
        {
            Port.Settle();
            if (Port.Disk!.TryTakeWhole(out PieceIndex whole)) Brain.PieceChecked(whole, Port.Disk.Check(whole), Now);
            else if (Port.ToHash.TryDequeue(out PieceIndex piece))
                Brain.BlocksHashed(piece, Port.Disk.HashBlocks(piece), Now);
            else break;
            CheckBooks();
        }
        Brain.CreditReturned(Now);
        CheckBooks();
    }

    /// <summary>Lets time go on, with four ticks a second as the engine gives them.</summary>
    public void Wait(double seconds)
    {
        TimeSpan end = Now + TimeSpan.FromSeconds(seconds);
        while (Now < end)
        {
            Now += TimeSpan.FromSeconds(0.25);
            Brain.Tick(Now);
            CheckBooks();
        }
    }

    /// <summary>Fails unless nothing is asked of anybody and all credit is back.</summary>
    public void AssertAtRest()
    {
        Port.Settle();
        Assert.Equal(0, Brain.OutstandingBlocks);
        Assert.Equal(0, Port.CreditOut);
    }

    private void CheckBooks()
    {
        Assert.Equal(Brain.OutstandingBlocks, Port.CreditOut - Port.Unsettled);
        int pending = 0;
        foreach (PeerSession session in Brain.Sessions) pending += session.Pending.Count;
        Assert.Equal(pending, Brain.OutstandingBlocks);
    }

    private static Handshake TakeHandshake(PeerSession session)
    {
        Assert.Equal(HandshakeStatus.Ok, Handshake.TryRead(session.Outbox.Pending, out Handshake ours));
        session.Outbox.Consume(Handshake.Length);
        return ours;
    }
}
