using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Requests, credit, and all the ways in which a block does not come.</summary>
public sealed class DownloadTests
{
    [Fact]
    public void A_torrent_comes_whole_from_one_peer()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        while (peer.SendAsked() > 0) swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        Assert.Equal(1, swarm.Port.CompletedCalls);
        Assert.Equal(6, swarm.Port.Completed.Distinct().Count());
        Assert.Equal(swarm.Torrent.PieceSpace, swarm.Port.Disk!.Bytes);
        Assert.Equal(swarm.Torrent.PieceSpace.Length, swarm.Brain.DownloadedBytes);
        Assert.Equal(0, swarm.Brain.WastedBytes);
        Assert.Equal(0, swarm.Brain.MissingBytes);
        swarm.Wait(0.25);
        Assert.Equal(DisconnectReason.BothSeeds, peer.Reason);
        swarm.AssertAtRest();
    }

    [Fact]
    public void What_was_on_disk_before_is_not_asked_for_and_its_piece_is_finished_first()
    {
        var swarm = new BrainFixture(
            length: 100 * BrainFixture.PieceLength, unfinished: [(7, 0), (7, 2), (93, 1), (93, 2), (93, 3)]);
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        BlockSpan[] first = [.. peer.Asked.Take(3)];
        Assert.Equal([Block(93, 0), Block(7, 1), Block(7, 3)], first);
        while (peer.SendAsked() > 0) swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        Assert.Equal(100 * BrainFixture.PieceLength - 5 * PieceGeometry.BlockLength, swarm.Brain.DownloadedBytes);
        Assert.Equal(swarm.Torrent.PieceSpace, swarm.Port.Disk!.Bytes);
        swarm.AssertAtRest();

        BlockSpan Block(int piece, int block) => swarm.Geometry.Block(swarm.Geometry.Piece(piece), block);
    }

    [Fact]
    public void Nothing_is_asked_while_choked_and_the_window_when_unchoked()
    {
        var swarm = new BrainFixture(length: 100 * BrainFixture.PieceLength);
        FakePeer peer = swarm.Accept().HaveAll();
        Assert.Empty(peer.Asked);
        peer.Unchoke();
        Assert.Equal(32, peer.Asked.Count);
        Assert.Equal(32, swarm.Brain.OutstandingBlocks);
        Assert.Equal(32, peer.Asked.Distinct().Count());
    }

    [Fact]
    public void The_window_grows_with_what_comes_and_never_over_what_the_peer_queues()
    {
        var swarm = new BrainFixture(length: 100 * BrainFixture.PieceLength);
        FakePeer peer = swarm.Accept().HaveAll();
        peer.Extends(new ExtensionHandshake { RequestQueue = 40 });
        peer.Unchoke();
        for (int i = 0; i < 200; i++)
        {
            peer.SendAsked(1);
            Assert.InRange(peer.Asked.Count, 1, 40);
        }
        Assert.True(peer.Asked.Count > 32);
    }

    [Fact]
    public void Without_credit_nothing_is_asked_and_with_new_credit_it_goes_on()
    {
        var swarm = new BrainFixture();
        swarm.Port.CreditLimit = 3;
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        Assert.Equal(3, peer.Asked.Count);
        FakePeer second = swarm.Accept().HaveAll().Unchoke();
        Assert.Empty(second.Asked);
        peer.SendAsked(3);
        Assert.Empty(peer.Asked);
        swarm.RunDisk();
        Assert.Equal(3, peer.Asked.Count + second.Asked.Count);
        while (peer.SendAsked() + second.SendAsked() > 0) swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_lost_connection_gives_its_blocks_to_others(bool byUs)
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        peer.SendAsked(5);
        FakePeer other = swarm.Accept().HaveAll().Unchoke();
        if (byUs) peer.SayRaw(PeerMessageId.Have, 1);
        else peer.Vanish();
        Assert.False(peer.IsOpen);
        swarm.Wait(0.25);
        while (other.SendAsked() > 0) swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    [Fact]
    public void A_choke_without_the_fast_extension_takes_all_requests_back()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept(fast: false).Has(0, 1, 2, 3, 4, 5).Unchoke();
        peer.SendAsked(3);
        Assert.NotEqual(0, swarm.Brain.OutstandingBlocks);
        peer.Choke();
        Assert.Equal(0, swarm.Brain.OutstandingBlocks);
        swarm.AssertAtRest();
        // What it was asked for before, it has forgotten.
        _ = peer.Asked;
        FakePeer again = new(swarm, peer.Session);
        again.Unchoke();
        while (again.SendAsked() > 0) swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    [Fact]
    public void A_choke_under_the_fast_extension_leaves_requests_until_each_is_rejected()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        List<BlockSpan> asked = [.. peer.Asked];
        peer.Choke();
        Assert.Equal(asked.Count, swarm.Brain.OutstandingBlocks);
        foreach (BlockSpan block in asked) peer.Reject(block);
        swarm.AssertAtRest();
        FakePeer again = new(swarm, peer.Session);
        again.Unchoke();
        Assert.NotEmpty(again.Asked);
    }

    // P13
    [Fact]
    public void A_reject_of_what_was_never_asked_changes_nothing()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().Has(0);
        for (int i = 0; i < 1000; i++) peer.Reject(swarm.Geometry.Block(swarm.Geometry.Piece(1), 0));
        Assert.True(peer.IsOpen);
        swarm.AssertAtRest();
    }

    // P13: the peer chokes, forgets, and never rejects.
    [Fact]
    public void Requests_that_a_choke_dropped_in_silence_are_asked_again_after_the_unchoke()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        Assert.NotEmpty(peer.Asked);
        peer.Choke();
        swarm.Wait(25);
        Assert.Equal(0, swarm.Brain.OutstandingBlocks);
        FakePeer again = new(swarm, peer.Session);
        again.Unchoke();
        swarm.Wait(21);
        while (again.SendAsked() > 0) swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    // A client without the fast extension has no way to say that its queue was full.
    [Fact]
    public void Requests_that_a_peer_forgot_are_asked_again_of_it_when_nobody_else_has_them()
    {
        var swarm = new BrainFixture(length: 20 * BrainFixture.PieceLength);
        FakePeer peer = swarm.Accept(fast: false).Has(BrainFixture.AllOf(20)).Unchoke();
        _ = peer.Asked;
        FakePeer forgetful = new(swarm, peer.Session);
        forgetful.Unchoke();
        for (int i = 0; i < 600 && !swarm.Brain.IsComplete; i++)
        {
            forgetful.SendAsked();
            swarm.RunDisk();
            swarm.Wait(1);
        }
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    [Fact]
    public void A_peer_that_lets_us_wait_is_passed_over_and_its_late_blocks_still_count()
    {
        var swarm = new BrainFixture();
        FakePeer slow = swarm.Accept().HaveAll().Unchoke();
        List<BlockSpan> late = [.. slow.Asked];
        swarm.Wait(21);
        Assert.True(slow.Session.IsSnubbed);
        Assert.True(swarm.Brain.OutstandingBlocks <= 1);
        slow.Send(late[0]).Send(late[1]);
        Assert.Equal(2, swarm.Port.Stored.Count);
        Assert.Equal(0, swarm.Brain.WastedBytes);
        FakePeer other = swarm.Accept().HaveAll().Unchoke();
        while (other.SendAsked() > 0) swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    [Fact]
    public void A_late_block_that_another_brought_meanwhile_is_waste_and_costs_no_credit()
    {
        var swarm = new BrainFixture(have: [1, 2, 3, 4, 5]);
        FakePeer slow = swarm.Accept().Has(0).Unchoke();
        List<BlockSpan> late = [.. slow.Asked];
        swarm.Wait(21);
        FakePeer other = swarm.Accept().Has(0).Unchoke();
        other.SendAsked(late.Count - 1);
        slow.Send(late[0]);
        Assert.Equal(late[0].Length, swarm.Brain.WastedBytes);
        other.SendAsked();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    [Fact]
    public void In_the_end_game_a_second_peer_is_asked_and_the_slower_one_gets_a_cancel()
    {
        var swarm = new BrainFixture(have: [1, 2, 3, 4, 5]);
        FakePeer first = swarm.Accept().Has(0).Unchoke();
        Assert.Equal(4, first.Asked.Count);
        FakePeer second = swarm.Accept().Has(0).Unchoke();
        Assert.Equal(4, second.Asked.Count);
        first.Hear();
        BlockSpan block = second.Asked[0];
        second.Send(block);
        Heard cancel = Assert.Single(first.Hear(), heard => heard.Id == PeerMessageId.Cancel);
        Assert.Equal(block, cancel.Block(swarm.Geometry));
        // It crossed the cancel on its way.
        first.Send(block);
        Assert.Equal(block.Length, swarm.Brain.WastedBytes);
        second.SendAsked();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    // A bad piece comes again from whoever has it, also from one whose reject of a cancelled request is under way.
    [Fact]
    public void The_reject_of_a_cancelled_request_says_nothing_of_a_later_one()
    {
        var swarm = new BrainFixture(have: [1, 2, 3, 4, 5]);
        FakePeer slow = swarm.Accept().HaveAll().Unchoke();
        List<BlockSpan> cancelled = [.. slow.Asked];
        FakePeer liar = swarm.Accept().Has(0).Unchoke();
        liar.SendAsked(spoil: _ => true);
        swarm.RunDisk();
        Assert.Equal(DisconnectReason.BadData, liar.Reason);
        swarm.Wait(0.25);
        foreach (BlockSpan block in cancelled) slow.Reject(block);
        Assert.True(slow.Session.WeAreInterested);
        slow.SendAsked();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        swarm.AssertAtRest();
    }

    [Fact]
    public void Allowed_fast_pieces_are_asked_for_while_choked_and_no_others()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll().SayNumbers(PeerMessageId.AllowedFast, 3);
        Assert.Equal(4, peer.Asked.Count);
        Assert.All(peer.Asked, block => Assert.Equal(3, block.Piece.Value));
        List<BlockSpan> asked = [.. peer.Asked];
        peer.Reject(asked[0]);
        Assert.Equal(3, swarm.Brain.OutstandingBlocks);
        Assert.Equal(4, peer.Asked.Count);
    }

    [Fact]
    public void Suggested_pieces_are_asked_for_first()
    {
        var swarm = new BrainFixture(length: 100 * BrainFixture.PieceLength);
        FakePeer peer = swarm.Accept().HaveAll().SayNumbers(PeerMessageId.SuggestPiece, 77).Unchoke();
        Assert.All(peer.Asked.Take(4), block => Assert.Equal(77, block.Piece.Value));
    }

    // E11
    [Fact]
    public void A_piece_that_a_peer_takes_back_is_not_asked_of_it()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().Has(0, 1);
        peer.Say(buffer => DontHaveMessage.Write(buffer, 3, swarm.Geometry.Piece(1)));
        peer.Unchoke();
        Assert.All(peer.Asked, block => Assert.Equal(0, block.Piece.Value));
        peer.Say(buffer => DontHaveMessage.Write(buffer, 3, swarm.Geometry.Piece(0)));
        Assert.Contains(PeerMessageId.NotInterested, peer.HearKinds());
        foreach (BlockSpan block in peer.Asked.ToArray()) peer.Reject(block);
        swarm.AssertAtRest();
        Assert.Equal(DisconnectReason.OutOfRange, Lost(swarm, [0, 0, 0, 6]));
        Assert.Equal(DisconnectReason.MalformedMessage, Lost(swarm, [0, 0, 6]));
    }

    private static DisconnectReason Lost(BrainFixture swarm, byte[] number) =>
        swarm.Accept().HaveAll().Say(buffer => PeerMessages.WriteExtended(buffer, 3, number)).Reason;

    [Fact]
    public void A_rejected_piece_is_not_asked_of_the_same_peer_again()
    {
        var swarm = new BrainFixture(have: [1, 2, 3, 4, 5]);
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        foreach (BlockSpan block in peer.Asked.ToArray()) peer.Reject(block);
        _ = peer.Asked;
        Assert.Contains(PeerMessageId.NotInterested, peer.HearKinds());
        swarm.AssertAtRest();
        peer.Have(0);
        Assert.Contains(PeerMessageId.Interested, peer.HearKinds());
    }

    [Fact]
    public void Only_selected_pieces_are_asked_for_and_they_make_it_complete()
    {
        var swarm = new BrainFixture(unwanted: [1, 3, 4, 5]);
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        Assert.Equal(8, peer.Asked.Count);
        peer.SendAsked();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        Assert.Equal(2, swarm.Brain.Have.Count);
        swarm.AssertAtRest();
    }

    [Fact]
    public void A_seeder_asks_for_nothing_whatever_it_lacks()
    {
        var swarm = new BrainFixture(have: [0], options: o => o with { SeedOnly = true });
        FakePeer peer = swarm.Accept().Has(1, 2).Unchoke();
        swarm.Wait(30);
        Assert.DoesNotContain(peer.Hear(), heard => heard.Id is PeerMessageId.Interested or PeerMessageId.Request);
        Assert.Equal(0, swarm.Port.CompletedCalls);
    }

    [Fact]
    public void Blocks_that_nobody_asked_for_are_dropped_and_many_end_the_connection()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll();
        BlockSpan block = swarm.Geometry.Block(swarm.Geometry.Piece(2), 1);
        for (int i = 0; i < 256; i++) peer.Send(block);
        Assert.True(peer.IsOpen);
        Assert.Empty(swarm.Port.Stored);
        peer.Send(block);
        Assert.Equal(DisconnectReason.UnrequestedBlocks, peer.Reason);
        swarm.AssertAtRest();
    }
}
