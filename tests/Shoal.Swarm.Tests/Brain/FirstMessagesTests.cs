using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>What is said right after the handshake, in both directions.</summary>
public sealed class FirstMessagesTests
{
    [Theory]
    [InlineData(true, new int[0], PeerMessageId.HaveNone)]
    [InlineData(true, new[] { 0, 1, 2, 3, 4, 5 }, PeerMessageId.HaveAll)]
    [InlineData(true, new[] { 1, 3 }, PeerMessageId.Bitfield)]
    [InlineData(false, new int[0], null)]
    [InlineData(false, new[] { 0, 1, 2, 3, 4, 5 }, PeerMessageId.Bitfield)]
    [InlineData(false, new[] { 1, 3 }, PeerMessageId.Bitfield)]
    public void A_peer_is_told_what_is_here_in_the_shortest_way_it_understands(
        bool fast, int[] have, PeerMessageId? expected)
    {
        var swarm = new BrainFixture(have: have);
        FakePeer peer = swarm.Accept(fast: fast, extensions: false);
        List<Heard> heard = peer.Hear();
        Assert.Equal(expected, heard.Count == 0 ? null : heard[0].Id);
        if (expected != PeerMessageId.Bitfield) return;
        Assert.True(Bitfield.TryRead(heard[0].Payload, swarm.Geometry.PieceCount, out Bitfield told));
        Assert.Equal(have.Length, told.Count);
        Assert.All(have, piece => Assert.True(told[piece]));
    }

    [Fact]
    public void The_extension_handshake_comes_first_and_says_what_a_peer_needs_to_know()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept();
        Heard first = peer.Hear()[0];
        Assert.Equal(PeerMessageId.Extended, first.Id);
        Assert.True(ExtensionHandshake.TryRead(first.Payload.AsSpan(1), out ExtensionHandshake? said));
        Assert.Equal(swarm.Torrent.Info.Raw.Length, said.MetadataSize);
        Assert.True(said.RequestQueue >= 250);
        Assert.Equal(peer.Session.Remote.Address, said.YourAddress);
        Assert.Null(said.UploadOnly);
        // Who dialled us knows our port; who did not has to be told.
        Assert.Null(said.ListenPort);
        Heard toDialled = swarm.DialAndGreet().Hear()[0];
        Assert.True(ExtensionHandshake.TryRead(toDialled.Payload.AsSpan(1), out said));
        Assert.Equal(6881, said.ListenPort);
    }

    [Fact]
    public void A_peer_without_extensions_gets_none_of_their_messages()
    {
        FakePeer peer = new BrainFixture(have: [0]).Accept(fast: false, extensions: false);
        Assert.Equal([PeerMessageId.Bitfield], peer.HearKinds());
    }

    [Fact]
    public void Allowed_fast_names_only_pieces_that_are_here_and_only_to_who_understands()
    {
        var swarm = new BrainFixture(have: [2]);
        List<Heard> named = [.. swarm.Accept().Hear().Where(heard => heard.Id == PeerMessageId.AllowedFast)];
        Assert.All(named, heard => Assert.Equal(2u, heard.Number(0)));
        Assert.NotEmpty(named);
        Assert.DoesNotContain(PeerMessageId.AllowedFast, swarm.Accept(fast: false).HearKinds());
    }

    [Fact]
    public void Interest_follows_what_the_peer_has()
    {
        var swarm = new BrainFixture(have: [0]);
        FakePeer peer = swarm.Accept();
        peer.Hear();
        peer.Has(0);
        Assert.Empty(peer.Hear());
        peer.Have(1);
        Assert.Equal([PeerMessageId.Interested], peer.HearKinds());
        peer.Have(2);
        Assert.Empty(peer.Hear());
        peer.Unchoke();
        peer.SendAsked();
        peer.Hear();
        swarm.RunDisk();
        Assert.Contains(PeerMessageId.NotInterested, peer.HearKinds());
    }

    [Fact]
    public void A_peer_that_says_to_have_nothing_can_say_later_what_it_got()
    {
        FakePeer peer = new BrainFixture().Accept().HaveNone();
        Assert.DoesNotContain(PeerMessageId.Interested, peer.HearKinds());
        peer.Have(4);
        Assert.Contains(PeerMessageId.Interested, peer.HearKinds());
        Assert.Equal(1, peer.Session.PieceCount);
    }

    // P08
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(1000)]
    public void A_bitfield_of_another_length_ends_the_connection(int bytes)
    {
        FakePeer peer = new BrainFixture().Accept().SayRaw(PeerMessageId.Bitfield, new byte[bytes]);
        Assert.Equal(DisconnectReason.OutOfRange, peer.Reason);
    }

    // P08
    [Fact]
    public void A_bitfield_with_spare_bits_ends_the_connection()
    {
        FakePeer peer = new BrainFixture().Accept().SayRaw(PeerMessageId.Bitfield, 0b1111_1101);
        Assert.Equal(DisconnectReason.OutOfRange, peer.Reason);
    }

    // P08
    [Fact]
    public void What_a_peer_has_is_said_once_and_first()
    {
        var swarm = new BrainFixture();
        Assert.Equal(DisconnectReason.MalformedMessage, swarm.Accept().Has(1).Has(1).Reason);
        Assert.Equal(DisconnectReason.MalformedMessage, swarm.Accept().Have(1).Has(1).Reason);
        Assert.Equal(DisconnectReason.MalformedMessage, swarm.Accept().HaveAll().HaveNone().Reason);
        Assert.Equal(DisconnectReason.MalformedMessage, swarm.Accept().HaveNone().HaveAll().Reason);
        Assert.Equal(DisconnectReason.MalformedMessage, swarm.Accept().Have(1).HaveAll().Reason);
    }

    [Fact]
    public void Messages_of_the_fast_extension_need_the_fast_extension()
    {
        var swarm = new BrainFixture();
        Assert.Equal(DisconnectReason.MalformedMessage, swarm.Accept(fast: false).HaveAll().Reason);
        Assert.Equal(DisconnectReason.MalformedMessage, swarm.Accept(fast: false).HaveNone().Reason);
        BlockSpan block = swarm.Geometry.Block(swarm.Geometry.Piece(0), 0);
        Assert.Equal(DisconnectReason.MalformedMessage, swarm.Accept(fast: false).Reject(block).Reason);
        FakePeer suggests = swarm.Accept(fast: false).SayNumbers(PeerMessageId.SuggestPiece, 1);
        Assert.Equal(DisconnectReason.MalformedMessage, suggests.Reason);
        FakePeer allows = swarm.Accept(fast: false).SayNumbers(PeerMessageId.AllowedFast, 1);
        Assert.Equal(DisconnectReason.MalformedMessage, allows.Reason);
    }

    [Fact]
    public void Two_seeds_part_and_do_not_meet_again()
    {
        var swarm = new BrainFixture(have: BrainFixture.AllOf(6));
        FakePeer peer = swarm.DialAndGreet().HaveAll();
        Assert.Equal(DisconnectReason.BothSeeds, peer.Reason);
        swarm.Port.Dials.Clear();
        swarm.Wait(3600);
        Assert.Empty(swarm.Port.Dials);
    }

    [Fact]
    public void A_seeder_that_never_asks_parts_from_seeds_too()
    {
        var swarm = new BrainFixture(have: BrainFixture.AllOf(6), options: o => o with { SeedOnly = true });
        Assert.Equal(DisconnectReason.BothSeeds, swarm.Accept().HaveAll().Reason);
        var partial = new BrainFixture(have: [0, 1], options: o => o with { SeedOnly = true });
        Assert.Equal(DisconnectReason.BothSeeds, partial.Accept().HaveAll().Reason);
    }

    [Fact]
    public void Two_that_want_nothing_part_though_neither_has_everything()
    {
        var swarm = new BrainFixture(have: [0, 1], unwanted: [2, 3, 4, 5]);
        FakePeer peer = swarm.Accept().Has(2, 3);
        peer.Extends(new ExtensionHandshake { UploadOnly = true });
        Assert.Equal(DisconnectReason.BothSeeds, peer.Reason);
    }

    [Fact]
    public void Who_wants_nothing_stays_while_we_want_something_and_goes_when_we_do_not()
    {
        var swarm = new BrainFixture(unwanted: [1, 2, 3, 4, 5]);
        FakePeer peer = swarm.Accept().Has(0);
        peer.Extends(new ExtensionHandshake { UploadOnly = true, Ids = new ExtensionIds { UploadOnly = 9 } });
        peer.Unchoke().SendAsked();
        Assert.True(peer.IsOpen);
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.Wait(0.25);
        Assert.Equal(DisconnectReason.BothSeeds, peer.Reason);
    }

    // A seed that offers what nobody has must know that others have everything.
    [Fact]
    public void Who_wants_nothing_hears_that_we_are_complete_before_we_part()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().Has(0, 1, 2, 3, 4);
        peer.Extends(new ExtensionHandshake { UploadOnly = true, Ids = new ExtensionIds { UploadOnly = 9 } });
        FakePeer other = swarm.Accept().HaveAll();
        peer.Unchoke();
        other.Unchoke();
        while (peer.SendAsked() + other.SendAsked() > 0) swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        IEnumerable<Heard> told = peer.Hear().Where(heard => heard.Id == PeerMessageId.Have);
        Assert.Equal(6, told.Select(heard => heard.Number(0)).Distinct().Count());
        // What is said to a peer that is hung up on at once does not get out.
        Assert.True(peer.IsOpen);
        swarm.Wait(0.25);
        Assert.Equal(DisconnectReason.BothSeeds, peer.Reason);
    }

    // BEP 21: who does not take the message for it learns it by another handshake.
    [Theory]
    [InlineData(null)]
    [InlineData(0)]
    [InlineData(9)]
    public void When_nothing_is_missing_any_more_everybody_is_told_that_we_only_upload(int? theirId)
    {
        var swarm = new BrainFixture(unwanted: [1, 2, 3, 4, 5]);
        FakePeer peer = swarm.Accept();
        FakePeer old = swarm.Accept(extensions: false);
        if (theirId is { } id)
            peer.Extends(new ExtensionHandshake { Ids = new ExtensionIds { UploadOnly = (byte)id } });
        FakePeer seed = swarm.Accept().HaveAll().Unchoke();
        peer.Hear();
        old.Hear();
        seed.SendAsked();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        Heard told = Assert.Single(peer.Hear(), heard => heard.Id == PeerMessageId.Extended);
        if (theirId is > 0)
        {
            Assert.Equal((byte)theirId, told.Payload[0]);
            Assert.True(UploadOnlyMessage.TryRead(told.Payload.AsSpan(1), out bool uploadOnly));
            Assert.True(uploadOnly);
        }
        else
        {
            Assert.Equal(0, told.Payload[0]);
            Assert.True(ExtensionHandshake.TryRead(told.Payload.AsSpan(1), out ExtensionHandshake? handshake));
            Assert.True(handshake.UploadOnly);
        }
        Assert.DoesNotContain(old.Hear(), heard => heard.Id == PeerMessageId.Extended);
    }
}
