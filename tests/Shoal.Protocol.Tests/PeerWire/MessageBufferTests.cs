using Shoal.Protocol.PeerWire;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class MessageBufferTests
{
    [Fact]
    public void Bytes_come_out_in_the_order_they_went_in_however_both_are_portioned()
    {
        var random = new Random(7);
        var buffer = new MessageBuffer();
        var expected = new Queue<byte>();
        for (int step = 0; step < 5000; step++)
        {
            byte[] portion = new byte[random.Next(0, random.Next(0, 50) == 0 ? 9000 : 60)];
            random.NextBytes(portion);
            buffer.Write(portion);
            foreach (byte b in portion) expected.Enqueue(b);
            int taken = random.Next(0, Math.Min(buffer.Length, 80) + 1);
            if (random.Next(0, 40) == 0) taken = buffer.Length;
            foreach (byte b in buffer.Pending[..taken]) Assert.Equal(expected.Dequeue(), b);
            buffer.Consume(taken);
            Assert.Equal(expected.Count, buffer.Length);
        }
        Assert.Equal(expected, buffer.PendingMemory.ToArray());
    }

    [Fact]
    public void It_holds_no_memory_before_the_first_byte() => Assert.Equal(0, new MessageBuffer().Capacity);

    [Fact]
    public void A_great_burst_gives_its_memory_back_once_drained()
    {
        var buffer = new MessageBuffer();
        buffer.Write(new byte[MessageBuffer.BurstBytes + 1]);
        buffer.Consume(buffer.Length - 1);
        Assert.NotEqual(0, buffer.Capacity);
        buffer.Consume(1);
        Assert.Equal(0, buffer.Capacity);
    }

    [Fact]
    public void A_middling_burst_gives_its_memory_back_after_a_calm()
    {
        var buffer = new MessageBuffer();
        buffer.Write(new byte[8 * MessageBuffer.RetainedBytes]);
        buffer.Clear();
        int drains = 0;
        for (; buffer.Capacity > MessageBuffer.RetainedBytes; drains++)
        {
            buffer.Write([1]);
            buffer.Clear();
        }
        Assert.Equal(MessageBuffer.CalmDrains, drains);
    }

    [Fact]
    public void A_steady_load_keeps_its_memory()
    {
        var buffer = new MessageBuffer();
        byte[] load = new byte[3 * MessageBuffer.RetainedBytes];
        buffer.Write(load);
        buffer.Clear();
        int capacity = buffer.Capacity;
        for (int i = 0; i < 10 * MessageBuffer.CalmDrains; i++)
        {
            buffer.Write(load);
            buffer.Clear();
            Assert.Equal(capacity, buffer.Capacity);
        }
    }

    [Fact]
    public void A_slow_drain_does_not_grow_the_memory_without_end()
    {
        var buffer = new MessageBuffer();
        buffer.Write(new byte[1000]);
        for (int i = 0; i < 100_000; i++)
        {
            buffer.Write([1, 2, 3]);
            buffer.Consume(3);
        }
        Assert.Equal(1000, buffer.Length);
        Assert.True(buffer.Capacity <= MessageBuffer.RetainedBytes);
    }

    [Fact]
    public void Room_that_was_asked_for_is_there_and_only_what_is_advanced_counts()
    {
        var buffer = new MessageBuffer();
        Assert.True(buffer.GetSpan().Length > 0);
        Assert.True(buffer.GetMemory(5000).Length >= 5000);
        buffer.GetSpan(5)[0] = 42;
        buffer.Advance(1);
        Assert.Equal([42], buffer.Pending.ToArray());
    }

    [Fact]
    public void Taking_or_advancing_too_far_is_refused()
    {
        var buffer = new MessageBuffer();
        buffer.Write([1, 2]);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Consume(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Consume(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(buffer.Capacity));
    }
}
