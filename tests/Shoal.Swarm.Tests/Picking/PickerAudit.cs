using System.Reflection;
using Shoal.Protocol;
using Shoal.Swarm.Picking;

namespace Shoal.Swarm.Tests.Picking;

/// <summary>Recounts everything that the picker keeps count of, from its most basic facts.</summary>
internal static class PickerAudit
{
    public static void Check(PickerFixture fixture)
    {
        PiecePicker picker = fixture.Picker;
        PieceGeometry geometry = fixture.Geometry;
        Dictionary<int, PartialPiece> partials = Field<Dictionary<int, PartialPiece>>(picker, "_partialByPiece");
        List<PartialPiece> list = Field<List<PartialPiece>>(picker, "_partials");
        List<PartialPiece> orphans = Field<List<PartialPiece>>(picker, "_orphans");
        Bitfield fresh = Field<Bitfield>(picker, "_fresh");

        int left = 0;
        long bytesLeft = 0;
        var needed = new Bitfield(geometry.PieceCount);
        for (int number = 0; number < geometry.PieceCount; number++)
        {
            PieceIndex piece = geometry.Piece(number);
            PieceState state = picker.State(piece);
            bool isWanted = picker.Priority(piece) != PiecePriority.Unwanted;
            bool hasBlocks = geometry.BlockCount(piece) > 0;
            Assert.Equal(state == PieceState.Have, picker.Have[piece]);
            Assert.Equal(state == PieceState.Missing && hasBlocks, fresh[number]);
            if (state == PieceState.Missing) Assert.True(isWanted);
            if (state == PieceState.Unwanted) Assert.False(isWanted);
            bool hasPartial = partials.TryGetValue(number, out PartialPiece? partial);
            Assert.Equal(state == PieceState.Partial || (state == PieceState.Checking && hasBlocks), hasPartial);
            if (hasPartial) CheckPartial(partial!, state, isWanted, fixture.HasRestored, list, orphans);
            if (!isWanted || state == PieceState.Have) continue;
            left++;
            bytesLeft += geometry.PayloadLength(piece);
            if (hasBlocks) needed.Set(number);
            int having = picker.Peers.Count(peer => peer.Set[piece]);
            Assert.Equal(having, picker.Availability(piece));
        }
        Assert.Equal(left, picker.PiecesLeft);
        Assert.Equal(bytesLeft, picker.BytesLeft);
        Assert.Equal(partials.Count, list.Count);
        Assert.Equal(list.Count(p => p.OrphanIndex >= 0), orphans.Count);
        Assert.Equal(list.Count(p => p.Owner is not null), Field<int>(picker, "_ownedCount"));
        foreach (PeerPieces peer in picker.Peers) CheckPeer(peer, list, needed);
        CheckOrders(picker, geometry, fresh);
    }

    private static void CheckPartial(
        PartialPiece partial, PieceState state, bool isWanted, bool mayBeRestored, List<PartialPiece> list,
        List<PartialPiece> orphans)
    {
        int open = 0, once = 0, received = 0;
        bool anyKnown = false;
        int firstOpen = (int)typeof(PartialPiece)
            .GetField("_firstOpen", BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(partial)!;
        for (int block = 0; block < partial.BlockCount; block++)
        {
            BlockSlot slot = partial[block];
            anyKnown |= slot.First is not null || slot.Status == BlockStatus.Received;
            switch (slot.Status)
            {
                case BlockStatus.Open:
                    open++;
                    Assert.True(block >= firstOpen, "An open block lies before where the search begins.");
                    Assert.Null(slot.Second);
                    break;
                case BlockStatus.Asked:
                    once++;
                    Assert.True(slot.First!.IsPresent);
                    Assert.NotSame(slot.First, slot.Second);
                    break;
                case BlockStatus.AskedTwice:
                    Assert.True(slot.First!.IsPresent && slot.Second!.IsPresent);
                    Assert.NotSame(slot.First, slot.Second);
                    break;
                default:
                    received++;
                    if (!mayBeRestored) Assert.NotNull(slot.First);
                    Assert.Null(slot.Second);
                    break;
            }
        }
        Assert.True(anyKnown);
        Assert.Equal(open, partial.OpenCount);
        Assert.Equal(once, partial.AskedOnceCount);
        Assert.Equal(received, partial.ReceivedCount);
        Assert.Equal(state == PieceState.Checking, received == partial.BlockCount);
        Assert.Same(partial, list[partial.ListIndex]);
        bool isOrphan = open > 0 && isWanted && partial.Owner is null;
        Assert.Equal(isOrphan, partial.OrphanIndex >= 0);
        if (isOrphan) Assert.Same(partial, orphans[partial.OrphanIndex]);
        if (partial.Owner is null) return;
        Assert.True(open > 0 && isWanted && partial.Owner.IsPresent);
        Assert.Same(partial, partial.Owner.Current);
    }

    private static void CheckPeer(PeerPieces peer, List<PartialPiece> list, Bitfield needed)
    {
        int outstanding = 0;
        foreach (PartialPiece partial in list)
        {
            for (int block = 0; block < partial.BlockCount; block++)
            {
                BlockSlot slot = partial[block];
                bool isAsked = slot.Status is BlockStatus.Asked or BlockStatus.AskedTwice;
                if (isAsked && slot.First == peer) outstanding++;
                if (slot.Status == BlockStatus.AskedTwice && slot.Second == peer) outstanding++;
            }
        }
        Assert.Equal(outstanding, peer.Outstanding);
        Assert.Equal(needed.CountCommon(peer.Set), peer.NeededCount);
        if (peer.Current is { } current) Assert.Same(peer, current.Owner);
    }

    private static void CheckOrders(PiecePicker picker, PieceGeometry geometry, Bitfield fresh)
    {
        if (Field<bool>(picker, "_ordersAreStale")) return;
        RarityOrder[] orders = Field<RarityOrder[]>(picker, "_orders");
        int[] byLevel = Field<int[]>(picker, "_freshByLevel");
        var seen = new HashSet<int>();
        for (int level = 0; level < orders.Length; level++)
        {
            Assert.Equal(byLevel[level], orders[level].Count);
            int before = 0;
            int nobodyHas = 0;
            foreach (int number in orders[level].Items)
            {
                Assert.True(seen.Add(number));
                Assert.True(fresh[number]);
                Assert.Equal(level, (int)picker.Priority(geometry.Piece(number)));
                int availability = picker.Availability(geometry.Piece(number)) - picker.SeedCount;
                int bucket = Math.Min(availability, RarityOrder.BucketCount - 1);
                Assert.True(bucket >= before, "The order is not by rarity.");
                before = bucket;
                if (bucket == 0) nobodyHas++;
            }
            Assert.Equal(nobodyHas, orders[level].NobodyHasCount);
        }
        Assert.Equal(fresh.Count, seen.Count);
    }

    private static T Field<T>(PiecePicker picker, string name) =>
        (T)typeof(PiecePicker).GetField(name, BindingFlags.NonPublic | BindingFlags.Instance)!.GetValue(picker)!;
}
