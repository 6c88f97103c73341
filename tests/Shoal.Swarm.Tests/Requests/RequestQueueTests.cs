using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol;
using Shoal.Swarm.Requests;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Requests;

public sealed class RequestQueueTests
{
    private const int Block = PieceGeometry.BlockLength;
    private static readonly PieceGeometry Geometry = new(16 * Block, 100 * 16 * Block);

    private static BlockSpan At(int piece, int block, int length = Block) =>
        new(Geometry.Piece(piece), block * Block, length);

    [Fact]
    public void A_run_ends_at_a_gap_another_piece_or_the_byte_limit()
    {
        var queue = new RequestQueue();
        BlockSpan[] requests =
            [At(1, 0), At(1, 1), At(1, 2), At(1, 4), At(2, 5), At(2, 6), At(2, 7), At(2, 8, 100), At(2, 0)];
        foreach (BlockSpan request in requests) Assert.True(queue.TryAdd(request));
        var into = new BlockSpan[10];
        Assert.Equal(3, queue.TakeRun(into, 1 << 20));
        Assert.Equal(requests[..3], into[..3]);
        Assert.Equal(1, queue.TakeRun(into, 1 << 20));
        Assert.Equal(2, queue.TakeRun(into, 2 * Block + 50));
        Assert.Equal(1, queue.TakeRun(into, 1));
        Assert.Equal(1, queue.TakeRun(into.AsSpan(0, 1), 1 << 20));
        Assert.Equal(100, into[0].Length);
        Assert.Equal(Block, queue.Bytes);
        Assert.Equal(1, queue.TakeRun(into, 1 << 20));
        Assert.Equal(0, queue.TakeRun(into, 1 << 20));
    }

    [Fact]
    public void A_full_queue_refuses_and_takes_again_after_a_cancel()
    {
        var queue = new RequestQueue(capacity: 40);
        for (int i = 0; i < 40; i++) Assert.True(queue.TryAdd(At(i, 0)));
        Assert.False(queue.TryAdd(At(50, 0)));
        Assert.False(queue.TryCancel(At(51, 0)));
        Assert.True(queue.TryCancel(At(20, 0)));
        Assert.True(queue.TryAdd(At(50, 0)));
        Assert.Equal(40, queue.Count);
    }

    [Fact]
    public void Every_history_behaves_like_a_plain_list()
    {
        Gen<int[]> histories = Gen.Choose(0, 1_000_000).ArrayOf(400);
        Prop.ForAll(histories.ToArbitrary(), Play).Check(Config.QuickThrowOnFailure.WithMaxTest(200));
    }

    private static void Play(int[] events)
    {
        var queue = new RequestQueue(capacity: 50);
        var model = new List<BlockSpan>();
        var into = new BlockSpan[8];
        foreach (int e in events)
        {
            BlockSpan span = At(e / 16 % 2, e / 32 % 6);
            switch (e % 16)
            {
                case <= 8:
                    Assert.Equal(model.Count < 50, queue.TryAdd(span));
                    if (model.Count < 50) model.Add(span);
                    break;
                case <= 11:
                    Assert.Equal(model.Remove(span), queue.TryCancel(span));
                    break;
                case 12 when e % 64 == 12:
                    queue.Clear();
                    model.Clear();
                    break;
                case <= 14:
                    Take(queue.TakeRun(into, e / 64 % 4 * Block));
                    break;
                default:
                    Take(queue.TakeAny(into.AsSpan(0, e / 16 % 8)));
                    break;
            }
            Assert.Equal(model.Count, queue.Count);
            Assert.Equal(model.Sum(b => (long)b.Length), queue.Bytes);
        }

        void Take(int count)
        {
            Assert.Equal(model[..count], into[..count]);
            model.RemoveRange(0, count);
        }
    }

    [Fact]
    public void Nothing_is_allocated_once_the_ring_is_grown()
    {
        var queue = new RequestQueue();
        var into = new BlockSpan[16];
        for (int i = 0; i < RequestQueue.DefaultCapacity; i++) queue.TryAdd(At(i % 100, i % 16));
        long allocated = Allocations.Least(() =>
        {
            for (int i = 0; i < 10_000; i++)
            {
                for (int taken = queue.TakeRun(into, 1 << 20); taken > 0; taken--) queue.TryAdd(At(i % 100, i % 16));
            }
        });
        Assert.Equal(0, allocated);
    }
}
