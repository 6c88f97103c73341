using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Beginning with nothing but a hash: metadata, early pieces and v2 hashes.</summary>
public sealed class MagnetTests
{
    private const byte TheirId = 7;

    [Fact]
    public void Metadata_is_fetched_and_what_peers_said_before_counts()
    {
        var swarm = new BrainFixture(magnet: true);
        FakePeer all = swarm.Accept().HaveAll();
        FakePeer some = swarm.Accept();
        some.SayNumbers(PeerMessageId.Have, 1).SayNumbers(PeerMessageId.Have, 4);
        FakePeer bits = swarm.Accept().SayRaw(PeerMessageId.Bitfield, 0b1010_0000);
        Offer(swarm, all);
        SendMetadata(swarm, all, swarm.Torrent.Info.Raw.ToArray());
        ReadOnlyMemory<byte> raw = Assert.Single(swarm.Port.Metadata);
        swarm.Brain.MetadataAccepted(raw);
        swarm.SetContent();
        Assert.Equal((6, 2, 2), (all.Session.PieceCount, some.Session.PieceCount, bits.Session.PieceCount));
        Assert.Contains(PeerMessageId.Interested, some.HearKinds());
        all.Unchoke();
        while (all.SendAsked() > 0) swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    [Fact]
    public void Who_said_to_have_what_the_torrent_has_not_is_left()
    {
        var swarm = new BrainFixture(magnet: true);
        FakePeer beyond = swarm.Accept().SayNumbers(PeerMessageId.Have, 6);
        FakePeer tooLong = swarm.Accept().SayRaw(PeerMessageId.Bitfield, 0xff, 0xff);
        FakePeer huge = swarm.Accept().SayNumbers(PeerMessageId.Have, uint.MaxValue);
        Assert.Equal(DisconnectReason.OutOfRange, huge.Reason);
        swarm.Brain.MetadataAccepted(swarm.Torrent.Info.Raw);
        swarm.SetContent();
        Assert.Equal(DisconnectReason.OutOfRange, beyond.Reason);
        Assert.Equal(DisconnectReason.OutOfRange, tooLong.Reason);
    }

    [Fact]
    public void Who_leaves_with_the_metadata_is_dialled_again_at_once_as_it_begins_anew()
    {
        var swarm = new BrainFixture(have: BrainFixture.AllOf(6));
        IPEndPoint listens = swarm.NewAddress();
        FakePeer peer = swarm.DialAndGreet(listens);
        peer.Extends(new ExtensionHandshake { Ids = new ExtensionIds { Metadata = TheirId } });
        peer.Say(buffer => MetadataMessage.WriteRequest(buffer, 1, 0));
        swarm.Port.Dials.Clear();
        swarm.Lose(peer.Session);
        swarm.Wait(2);
        Assert.Equal([listens], swarm.Port.Dials);
        // Who takes nothing waits longer.
        FakePeer again = swarm.DialAndGreetKnown(listens);
        swarm.Port.Dials.Clear();
        swarm.Lose(again.Session);
        swarm.Wait(8);
        Assert.Empty(swarm.Port.Dials);
        swarm.Wait(4);
        Assert.Equal([listens], swarm.Port.Dials);
    }

    // X04
    [Fact]
    public void Who_sends_false_metadata_alone_is_banned_and_another_is_asked()
    {
        var swarm = new BrainFixture(magnet: true);
        FakePeer liar = swarm.Accept();
        Offer(swarm, liar);
        byte[] wrong = swarm.Torrent.Info.Raw.ToArray();
        wrong[^2] ^= 1;
        SendMetadata(swarm, liar, wrong);
        Assert.Equal(DisconnectReason.BadData, liar.Reason);
        Assert.Empty(swarm.Port.Metadata);
        Assert.Null(swarm.TryAccept(out DisconnectReason reason, new(liar.Session.Remote.Address, 99)));
        Assert.Equal(DisconnectReason.Banned, reason);
        FakePeer honest = swarm.Accept();
        Offer(swarm, honest);
        SendMetadata(swarm, honest, swarm.Torrent.Info.Raw.ToArray());
        Assert.Single(swarm.Port.Metadata);
    }

    // X02
    [Fact]
    public void A_peer_that_claims_another_size_spoils_only_its_own_version()
    {
        var swarm = new BrainFixture(magnet: true);
        FakePeer liar = swarm.Accept();
        Offer(swarm, liar, size: 40_000);
        SendMetadata(swarm, liar, new byte[40_000], most: 2);
        FakePeer honest = swarm.Accept();
        Offer(swarm, honest);
        SendMetadata(swarm, honest, swarm.Torrent.Info.Raw.ToArray());
        Assert.Single(swarm.Port.Metadata);
        Assert.True(liar.IsOpen);
    }

    // X07, X08
    [Fact]
    public void A_request_for_metadata_that_is_not_here_is_rejected_and_unknown_kinds_are_ignored()
    {
        var swarm = new BrainFixture(magnet: true);
        FakePeer peer = swarm.Accept();
        peer.Extends(new ExtensionHandshake { Ids = new ExtensionIds { Metadata = TheirId } });
        peer.Hear();
        peer.Say(buffer => MetadataMessage.WriteRequest(buffer, 1, 0));
        Heard answer = Assert.Single(peer.Hear());
        Assert.True(MetadataMessage.TryRead(answer.Payload.AsSpan(1), out MetadataMessage reject));
        Assert.Equal(MetadataMessageKind.Reject, reject.Kind);
        peer.Say(buffer => PeerMessages.WriteExtended(buffer, 1, "d8:msg_typei7e5:piecei0ee"u8));
        Assert.Empty(peer.Hear());
        Assert.True(peer.IsOpen);
    }

    // E08, P19
    [Fact]
    public void Messages_of_kinds_that_were_not_offered_are_ignored()
    {
        FakePeer peer = new BrainFixture().Accept();
        peer.Say(buffer => PeerMessages.WriteExtended(buffer, 99, "whatever"u8)).SayRaw((PeerMessageId)99, 1, 2);
        Assert.True(peer.IsOpen);
        FakePeer plain = new BrainFixture().Accept(extensions: false);
        plain.Say(buffer => PeerMessages.WriteExtended(buffer, 0, "de"u8));
        Assert.Equal(DisconnectReason.MalformedMessage, plain.Reason);
    }

    // A peer that began with a magnet link too lacks the hashes now and has them later.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_has_no_hashes_now_is_asked_again_later(bool saysSo)
    {
        var swarm = new BrainFixture(TorrentVersion.V2, magnet: true);
        FakePeer peer = swarm.Accept().HaveAll();
        swarm.Brain.MetadataAccepted(swarm.Torrent.Info.Raw);
        swarm.SetContent(withLayers: false);
        swarm.Wait(0.5);
        HashRequest request = HashesAskedOf(peer);
        if (saysSo) peer.Say(buffer => PeerMessages.WriteHashReject(buffer, request));
        for (int i = 0; i < 240 && !peer.Inbox.Exists(heard => heard.Id == PeerMessageId.HashRequest); i++)
        {
            swarm.Wait(0.25);
            _ = peer.Asked;
        }
        request = HashesAskedOf(peer);
        byte[] answer = new byte[request.PayloadLength];
        var full = new HashForest(swarm.Torrent.Info, swarm.Torrent.Metainfo.PieceLayers);
        Assert.True(full.TryServe(request, answer, out int written));
        peer.Unchoke().SendAsked();
        swarm.RunDisk();
        peer.Say(buffer => PeerMessages.WriteHashes(buffer, request, answer.AsSpan(0, written)));
        while (peer.IsOpen && peer.SendAsked() > 0) swarm.RunDisk();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    // The disk judges on threads of its own: the hashes can come between its judgement and the news of it.
    [Fact]
    public void A_verdict_that_is_overtaken_by_the_hashes_it_lacked_is_given_again()
    {
        var swarm = new BrainFixture(TorrentVersion.V2, magnet: true);
        FakePeer peer = swarm.Accept().HaveAll();
        swarm.Brain.MetadataAccepted(swarm.Torrent.Info.Raw);
        swarm.SetContent(withLayers: false);
        swarm.Wait(0.5);
        HashRequest request = HashesAskedOf(peer);
        peer.Unchoke();
        while (peer.SendAsked() > 0) swarm.Port.Settle();
        List<(PieceIndex Piece, PieceResult Result)> onTheirWay = [];
        while (swarm.Port.Disk!.TryTakeWhole(out PieceIndex whole))
            onTheirWay.Add((whole, swarm.Port.Disk.Check(whole)));
        Assert.Contains(onTheirWay, verdict => verdict.Result == PieceResult.HashUnknown);
        byte[] answer = new byte[request.PayloadLength];
        var full = new HashForest(swarm.Torrent.Info, swarm.Torrent.Metainfo.PieceLayers);
        Assert.True(full.TryServe(request, answer, out int written));
        peer.Say(buffer => PeerMessages.WriteHashes(buffer, request, answer.AsSpan(0, written)));
        foreach ((PieceIndex piece, PieceResult result) in onTheirWay)
            swarm.Brain.PieceChecked(piece, result, swarm.Now);
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    // With pieces of one block the piece layer is the layer of leaves as well.
    [Theory]
    [InlineData(16 * 1024)]
    [InlineData(32 * 1024)]
    public void Piece_layers_are_fetched_whatever_the_length_of_pieces(int pieceLength)
    {
        TestTorrent torrent =
            TestTorrents.Create(TorrentVersion.V2, pieceLength, ("content.bin", (20 * pieceLength) + 5));
        var swarm = new BrainFixture(TorrentVersion.V2, magnet: true, torrent: torrent);
        FakePeer peer = swarm.Accept().HaveAll();
        swarm.Brain.MetadataAccepted(torrent.Info.Raw);
        swarm.SetContent(withLayers: false);
        swarm.Wait(0.5);
        HashRequest request = HashesAskedOf(peer);
        byte[] answer = new byte[request.PayloadLength];
        var full = new HashForest(torrent.Info, torrent.Metainfo.PieceLayers);
        Assert.True(full.TryServe(request, answer, out int written));
        peer.Say(buffer => PeerMessages.WriteHashes(buffer, request, answer.AsSpan(0, written)));
        Assert.DoesNotContain(PeerMessageId.HashRequest, peer.HearKinds());
        peer.Unchoke();
        while (peer.IsOpen && peer.SendAsked() > 0) swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    // P22
    [Fact]
    public void Hash_requests_are_served_rejected_or_when_they_overflow_punished()
    {
        var swarm = new BrainFixture(TorrentVersion.V2, have: BrainFixture.AllOf(6));
        Assert.True(new HashForest(swarm.Torrent.Info, null).TryNextMissing(out HashRequest good));
        FakePeer peer = swarm.Accept();
        peer.Hear();
        peer.Say(buffer => PeerMessages.WriteHashRequest(buffer, good));
        Assert.Equal([PeerMessageId.Hashes], peer.HearKinds());
        HashRequest[] bad =
        [
            good with { Root = default }, good with { BaseLayer = 40 }, good with { Length = 0 },
            good with { Length = 1 }, good with { Length = 3 }, good with { Length = 1024 },
            good with { Index = 1 }, good with { ProofLayers = 60 },
        ];
        foreach (HashRequest request in bad) peer.Say(buffer => PeerMessages.WriteHashRequest(buffer, request));
        Assert.All(peer.HearKinds(), id => Assert.Equal(PeerMessageId.HashReject, id));
        peer.Say(buffer => PeerMessages.WriteHashRequest(buffer, good with { Index = uint.MaxValue, Length = 2 }));
        Assert.Equal(DisconnectReason.OutOfRange, peer.Reason);
    }

    private static void Offer(BrainFixture swarm, FakePeer peer, int? size = null)
    {
        peer.Hear();
        peer.Extends(new ExtensionHandshake
        {
            Ids = new ExtensionIds { Metadata = TheirId }, MetadataSize = size ?? swarm.Torrent.Info.Raw.Length,
        });
    }

    private static void SendMetadata(BrainFixture swarm, FakePeer peer, byte[] metadata, int most = int.MaxValue)
    {
        Assert.NotNull(swarm.Brain);
        foreach (Heard heard in peer.Hear())
        {
            if (heard.Id != PeerMessageId.Extended || heard.Payload[0] != TheirId || most-- == 0) continue;
            Assert.True(MetadataMessage.TryRead(heard.Payload.AsSpan(1), out MetadataMessage request));
            int part = request.Part;
            peer.Say(buffer => MetadataMessage.WriteData(buffer, 1, part, metadata));
        }
    }

    private static HashRequest HashesAskedOf(FakePeer peer)
    {
        Heard? heard = peer.Hear().Find(h => h.Id == PeerMessageId.HashRequest);
        Assert.NotNull(heard);
        byte[] message = [0, 0, 0, 49, 21, .. heard.Payload];
        PeerFrame.TryRead(message, 1000, out PeerFrame frame, out _);
        Assert.True(frame.TryReadHashRequest(out HashRequest request));
        return request;
    }
}
