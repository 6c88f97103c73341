using Shoal.Protocol;
using Shoal.Swarm.Picking;

namespace Shoal.Swarm.Tests.Picking;

public sealed class RarityOrderTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 30)]
    [InlineData(3, 300)]
    public void Any_sequence_of_steps_keeps_the_order_by_rarity(ulong seed, int pieces)
    {
        var random = new SwarmRandom(seed);
        var availability = new ushort[pieces];
        var order = new RarityOrder(availability, new int[pieces], random);
        var members = new HashSet<int>();
        for (int step = 0; step < 20_000; step++)
        {
            int piece = random.Next(pieces);
            bool isIn = members.Contains(piece);
            // Most pieces swing about the last bucket's lower edge, where raising and lowering begin to mean nothing.
            bool raise = availability[piece] < 60 || (availability[piece] < 68 && random.Next(2) == 0);
            switch (random.Next(8))
            {
                case 0 when isIn:
                    order.Remove(piece);
                    members.Remove(piece);
                    break;
                case 1 when !isIn:
                    order.Add(piece);
                    members.Add(piece);
                    break;
                case > 1 when raise:
                    availability[piece]++;
                    if (isIn) order.Raised(piece);
                    break;
                case > 1:
                    availability[piece]--;
                    if (isIn) order.Lowered(piece);
                    break;
            }
            if (step % 7 == 0) Check();
        }
        Check();

        void Check()
        {
            int[] items = order.Items.ToArray();
            Assert.Equal(members.Order(), items.Order());
            int[] buckets = [.. items.Select(p => Math.Min((int)availability[p], RarityOrder.BucketCount - 1))];
            Assert.Equal(buckets.Order(), buckets);
            Assert.Equal(buckets.Count(b => b == 0), order.NobodyHasCount);
        }
    }

    [Fact]
    public void A_rebuilt_order_holds_the_pieces_of_its_priority_and_goes_on_from_there()
    {
        const int Pieces = 100;
        var availability = new ushort[Pieces];
        var priorities = new PiecePriority[Pieces];
        var candidates = new Bitfield(Pieces);
        for (int piece = 0; piece < Pieces; piece++)
        {
            availability[piece] = (ushort)(piece * 37 % 80);
            priorities[piece] = piece % 3 == 0 ? PiecePriority.High : PiecePriority.Normal;
            if (piece % 2 == 0) candidates.Set(piece);
        }
        var order = new RarityOrder(availability, new int[Pieces], new SwarmRandom(1));
        order.Rebuild(candidates, priorities, PiecePriority.High);
        Assert.Equal(Enumerable.Range(0, Pieces).Where(p => p % 6 == 0), order.Items.ToArray().Order());
        foreach (int piece in order.Items.ToArray())
        {
            availability[piece]++;
            order.Raised(piece);
        }
        int[] buckets = [.. order.Items.ToArray().Select(p => Math.Min((int)availability[p], 63))];
        Assert.Equal(buckets.Order(), buckets);
        order.Clear();
        Assert.Equal(0, order.Count);
    }
}
