using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Blocks that nobody needs: what they count for, and when they are too many.</summary>
public sealed class WasteTests
{
    // Requests of a full window to a peer that nothing is known of.
    private const int Window = 32;

    private static BrainFixture Large() => new(length: 100 * BrainFixture.PieceLength);

    private static BlockSpan Block(BrainFixture swarm, int piece, int block = 0) =>
        swarm.Geometry.Block(swarm.Geometry.Piece(piece), block);

    [Fact]
    public void Blocks_that_are_here_already_buy_no_upload_slot()
    {
        var swarm = new BrainFixture(
            length: 100 * BrainFixture.PieceLength, have: [0], options: o => o with { UploadSlots = 2 });
        FakePeer giver = swarm.Accept().Has(BrainFixture.AllOf(99)).Interested().Unchoke();
        FakePeer waster = swarm.Accept().Has(0).Interested();
        FakePeer other = swarm.Accept().Has(0).Interested();
        for (int round = 0; round < 12; round++)
        {
            giver.SendAsked(1);
            for (int i = 0; i < 20; i++) waster.Send(Block(swarm, 0, i % 4));
            swarm.Wait(10);
            Assert.True(giver.Session.UnchokedByUs, $"Round {round}.");
        }
        Assert.True(waster.IsOpen && other.IsOpen);
        Assert.Equal(240L * PieceGeometry.BlockLength, swarm.Brain.WastedBytes);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Blocks_that_nobody_asked_for_end_the_connection_when_they_are_many(bool haveThem, bool checking)
    {
        var swarm = new BrainFixture(length: 100 * BrainFixture.PieceLength, have: haveThem ? [7] : []);
        BlockSpan block = Block(swarm, 7);
        FakePeer peer = swarm.Accept();
        if (checking)
        {
            FakePeer first = swarm.Accept().Has(1).Unchoke();
            first.SendAsked();
            block = Block(swarm, 1);
        }
        for (int i = 0; i < 256; i++) peer.Send(block);
        Assert.True(peer.IsOpen);
        peer.Send(block);
        Assert.Equal(DisconnectReason.UnrequestedBlocks, peer.Reason);
    }

    [Fact]
    public void What_was_asked_for_and_cancelled_is_no_fault()
    {
        BrainFixture swarm = new(have: [1, 2, 3, 4, 5]);
        FakePeer slow = swarm.Accept().Has(0).Unchoke();
        List<BlockSpan> asked = [.. slow.Asked];
        FakePeer fast = swarm.Accept().Has(0).Unchoke();
        fast.SendAsked();
        foreach (BlockSpan block in asked) slow.Send(block);
        Assert.Equal(0, slow.Session.UnrequestedBlocks);
        slow.Send(asked[0]);
        Assert.Equal(1, slow.Session.UnrequestedBlocks);
    }

    [Fact]
    public void What_comes_late_or_after_a_choke_is_no_fault_once()
    {
        BrainFixture swarm = Large();
        FakePeer late = swarm.Accept().Has(0, 1, 2, 3, 4, 5, 6, 7).Unchoke();
        List<BlockSpan> asked = [.. late.Asked];
        Assert.Equal(Window, asked.Count);
        swarm.Wait(21);
        FakePeer other = swarm.Accept().Has(0, 1, 2, 3, 4, 5, 6, 7).Unchoke();
        while (other.SendAsked() > 0) swarm.RunDisk();
        foreach (BlockSpan block in asked) late.Send(block);
        Assert.Equal(0, late.Session.UnrequestedBlocks);
        foreach (BlockSpan block in asked) late.Send(block);
        Assert.NotEqual(0, late.Session.UnrequestedBlocks);

        FakePeer choking = swarm.Accept(fast: false).Has(BrainFixture.AllOf(50)).Unchoke();
        asked = [.. choking.Asked];
        choking.Choke();
        foreach (BlockSpan block in asked) choking.Send(block);
        Assert.Equal(0, choking.Session.UnrequestedBlocks);
        choking.Send(asked[0]);
        Assert.Equal(1, choking.Session.UnrequestedBlocks);
    }

    [Fact]
    public void A_reject_uses_up_what_its_request_excused()
    {
        BrainFixture swarm = new(have: [1, 2, 3, 4, 5]);
        FakePeer slow = swarm.Accept().Has(0).Unchoke();
        List<BlockSpan> asked = [.. slow.Asked];
        FakePeer fast = swarm.Accept().Has(0).Unchoke();
        fast.SendAsked();
        foreach (BlockSpan block in asked) slow.Reject(block);
        slow.Send(asked[0]);
        Assert.Equal(1, slow.Session.UnrequestedBlocks);
    }

    [Fact]
    public void Choking_time_and_again_gathers_no_excuses()
    {
        BrainFixture swarm = Large();
        FakePeer peer = swarm.Accept(fast: false).Has(BrainFixture.AllOf(50));
        for (int i = 0; i < 100; i++) peer.Unchoke().Choke();
        Assert.Equal(Window, peer.Session.ExcusedBlocks);
    }

    // Every block is excused, and yet it is nothing but waste.
    [Fact]
    public void Who_sends_nothing_but_waste_is_left_in_the_end()
    {
        BrainFixture swarm = Large();
        FakePeer peer = swarm.Accept(fast: false).Has(BrainFixture.AllOf(50));
        int sent = 0;
        for (int i = 0; i < 100 && peer.IsOpen; i++)
        {
            peer.Unchoke();
            List<BlockSpan> asked = [.. peer.Asked];
            peer.Choke();
            foreach (BlockSpan block in asked)
            {
                if (!peer.IsOpen) break;
                peer.Send(block);
                sent++;
            }
        }
        Assert.Equal(DisconnectReason.UnrequestedBlocks, peer.Reason);
        Assert.Equal(2049, sent);
        swarm.AssertAtRest();
    }

    [Fact]
    public void A_connection_that_brought_only_waste_was_of_no_use()
    {
        var swarm = new BrainFixture(have: [0]);
        FakePeer peer = swarm.DialAndGreet();
        peer.Send(Block(swarm, 0));
        peer.Vanish();
        swarm.Port.Dials.Clear();
        swarm.Wait(9);
        Assert.Empty(swarm.Port.Dials);
        swarm.Wait(2);
        Assert.Single(swarm.Port.Dials);
    }

    // P07
    [Fact]
    public void A_million_repeated_haves_cost_nothing_and_say_nothing()
    {
        const int batch = 10_000;
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept();
        var buffer = new MessageBuffer();
        for (int i = 0; i < batch; i++) PeerMessages.WriteHave(buffer, swarm.Geometry.Piece(1));
        byte[] haves = buffer.Pending.ToArray();
        swarm.Receive(peer.Session, haves);
        peer.Hear();
        long allocated = Allocations.Least(
            () =>
            {
                for (int i = 0; i < 1_000_000 / batch; i++) swarm.Receive(peer.Session, haves);
            },
            enough: batch,
            tries: 3);
        Assert.InRange(allocated, 0, 64 * batch);
        Assert.Equal(1, peer.Session.PieceCount);
        Assert.Empty(peer.Hear());
        Assert.True(peer.IsOpen);
    }
}
