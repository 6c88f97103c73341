using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>What peers can make the brain remember, or write for them without reading it.</summary>
public sealed class MemoryTests
{
    private const byte TheirId = 7;

    // What may wait in an outbox when the connection is closed, and the largest single answer.
    private const int MostUnread = (512 + 32) * 1024;

    [Fact]
    public void Requests_and_cancels_whose_rejects_are_not_read_end_the_connection()
    {
        var swarm = new BrainFixture(have: BrainFixture.AllOf(6));
        FakePeer peer = swarm.Accept().Interested();
        BlockSpan block = swarm.Geometry.Block(swarm.Geometry.Piece(0), 0);
        Flood(peer, buffer =>
        {
            PeerMessages.WriteRequest(buffer, block);
            PeerMessages.WriteCancel(buffer, block);
        });
        Assert.Equal(DisconnectReason.MessageFlood, peer.Reason);
        Assert.InRange(peer.Session.Outbox.Length, 1, MostUnread);
    }

    [Fact]
    public void Interest_that_comes_and_goes_unread_ends_the_connection()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept();
        Flood(peer, buffer =>
        {
            PeerMessages.WriteHave(buffer, swarm.Geometry.Piece(1));
            DontHaveMessage.Write(buffer, 3, swarm.Geometry.Piece(1));
        });
        Assert.Equal(DisconnectReason.MessageFlood, peer.Reason);
    }

    [Fact]
    public void Answers_that_are_read_may_be_any_number()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept();
        for (int i = 0; i < 200; i++)
        {
            peer.Say(buffer =>
            {
                for (int j = 0; j < 1000; j++)
                {
                    PeerMessages.WriteHave(buffer, swarm.Geometry.Piece(1));
                    DontHaveMessage.Write(buffer, 3, swarm.Geometry.Piece(1));
                }
            });
            peer.Hear();
        }
        Assert.True(peer.IsOpen);
    }

    [Fact]
    public void Hashes_that_are_asked_for_and_not_read_end_the_connection()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 16 * 1024, ("content.bin", 600 * 16 * 1024));
        var swarm = new BrainFixture(TorrentVersion.V2, have: BrainFixture.AllOf(600), torrent: torrent);
        Assert.True(new HashForest(torrent.Info, null).TryNextMissing(out HashRequest request));
        FakePeer peer = swarm.Accept();
        peer.Say(buffer =>
        {
            for (int i = 0; i < 2000; i++) PeerMessages.WriteHashRequest(buffer, request);
        });
        Assert.Equal(DisconnectReason.MessageFlood, peer.Reason);
        Assert.InRange(peer.Session.Outbox.Length, 1, MostUnread);
    }

    [Fact]
    public void Metadata_that_waits_to_be_sent_is_limited_and_the_rest_rejected()
    {
        var files = new (string, int)[6000];
        for (int i = 0; i < files.Length; i++) files[i] = ($"d/{i:0000}{new string('x', 120)}", i == 0 ? 1 : 0);
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 16 * 1024, files);
        Assert.InRange(torrent.Info.Raw.Length, 800_000, 2_000_000);
        var swarm = new BrainFixture(torrent: torrent, have: [0]);
        FakePeer peer = swarm.Accept();
        peer.Extends(new ExtensionHandshake { Ids = new ExtensionIds { Metadata = TheirId } });
        peer.Hear();
        peer.Say(buffer =>
        {
            for (int part = 0; part < 40; part++) MetadataMessage.WriteRequest(buffer, 1, part);
        });
        Assert.InRange(peer.Session.Outbox.Length, 1, MostUnread / 2);
        var kinds = new List<MetadataMessageKind>();
        foreach (Heard heard in peer.Hear())
        {
            Assert.True(MetadataMessage.TryRead(heard.Payload.AsSpan(1), out MetadataMessage answer));
            kinds.Add(answer.Kind);
        }
        Assert.Equal(40, kinds.Count);
        Assert.Equal(16, kinds.Count(kind => kind == MetadataMessageKind.Data));
        Assert.True(peer.IsOpen);
        // What was rejected can be had as soon as there is room.
        peer.Say(buffer => MetadataMessage.WriteRequest(buffer, 1, 39));
        Assert.True(MetadataMessage.TryRead(Assert.Single(peer.Hear()).Payload.AsSpan(1), out MetadataMessage late));
        Assert.Equal(MetadataMessageKind.Data, late.Kind);
    }

    // Each of them leaves one block in a piece that nobody finishes.
    [Fact]
    public void A_session_that_is_over_is_not_kept_by_the_blocks_that_it_sent()
    {
        var swarm = new BrainFixture(length: 400 * BrainFixture.PieceLength);
        WeakReference session = SendOneBlock(swarm);
        for (int i = 0; i < 10 && session.IsAlive; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.False(session.IsAlive);
        Assert.Equal(1, swarm.Port.Disk!.StoredBlocks);
    }

    // Of each piece one block is bad, and two peers had a hand in it; the third answers no question about it.
    [Fact]
    public void Suspects_of_many_bad_pieces_are_forgotten_in_time()
    {
        const int Pieces = 100;
        TestTorrent torrent =
            TestTorrents.Create(TorrentVersion.V2, 32 * 1024, ("content.bin", Pieces * 32 * 1024));
        var swarm = new BrainFixture(TorrentVersion.V2, torrent: torrent);
        FakePeer silent = swarm.Accept().HaveAll();
        for (int piece = 0; piece < Pieces; piece++)
        {
            FakePeer first = swarm.Accept().Has(piece).Unchoke();
            first.SendAsked(1);
            first.Vanish();
            FakePeer second = swarm.Accept().Has(piece).Unchoke();
            second.SendAsked(spoil: _ => true);
            swarm.RunDisk();
            second.Vanish();
            swarm.Port.Closed.Clear();
        }
        Assert.True(silent.IsOpen);
        Assert.Equal(Pieces, swarm.Port.Failed.Count);
        Assert.Equal(64, swarm.Brain.SuspectPieces);
    }

    private static void Flood(FakePeer peer, Action<MessageBuffer> write)
    {
        for (int i = 0; i < 100 && peer.IsOpen; i++)
        {
            peer.Say(buffer =>
            {
                for (int j = 0; j < 1000; j++) write(buffer);
            });
        }
    }

    private static WeakReference SendOneBlock(BrainFixture swarm)
    {
        FakePeer peer = swarm.Accept().Has(5).Unchoke();
        peer.SendAsked(1);
        peer.Vanish();
        swarm.Port.Forget(peer.Session);
        return new WeakReference(peer.Session);
    }
}
