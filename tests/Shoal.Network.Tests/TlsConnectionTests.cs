using System.Net;
using System.Security.Cryptography;

namespace Shoal.Network.Tests;

public sealed class TlsConnectionTests : IDisposable
{
    private readonly TlsRig _rig = new();

    public void Dispose() => _rig.Dispose();

    [Fact]
    public async Task A_small_message_goes_out_without_waiting_for_anybody()
    {
        using TlsPair pair = await _rig.ConnectAsync();
        SocketResult sent = pair.Ours.TrySend(new byte[] { 1, 2, 3 });
        Assert.True(sent.IsOk);
        Assert.Equal(3, sent.Bytes);
        byte[] buffer = new byte[10];
        Assert.Equal(3, (await pair.Theirs.ReceiveAsync(buffer)).Bytes);
        Assert.Equal([1, 2, 3], buffer[..3]);
    }

    [Fact]
    public async Task What_a_try_could_not_send_is_sent_once_and_first()
    {
        // The socket takes so much and no more, anywhere in a record.
        for (int room = 0; room < 60; room += 7)
        {
            NarrowConnection? narrow = null;
            using TlsPair pair = await _rig.ConnectAsync(wrap: inner => narrow = new NarrowConnection(inner));
            narrow!.Room = room;
            byte[] first = RandomNumberGenerator.GetBytes(50);
            int taken = pair.Ours.TrySend(first.AsSpan()).Bytes;
            Assert.Equal(0, taken);
            Assert.Equal(0, pair.Ours.TrySend(first.AsSpan()).Bytes);
            byte[] more = RandomNumberGenerator.GetBytes(40_000);
            // As the contract has it: the rest as it lies there, and something behind it.
            byte[] all = [.. first, .. more];
            Task<SocketResult> sending = pair.Ours.SendAsync(all.ToArray()).AsTask();
            Assert.Equal(all, await ReceiveAsync(pair.Theirs, all.Length));
            Assert.True((await sending).IsOk);
        }
    }

    [Fact]
    public async Task More_than_a_record_is_not_tried()
    {
        using TlsPair pair = await _rig.ConnectAsync();
        Assert.Equal(0, pair.Ours.TrySend(new byte[(16 * 1024) + 1]).Bytes);
        Assert.Equal(16 * 1024, pair.Ours.TrySend(new byte[16 * 1024]).Bytes);
        await ReceiveAsync(pair.Theirs, 16 * 1024);
    }

    [Fact]
    public async Task Runs_of_blocks_come_whole_in_few_receives()
    {
        using TlsPair pair = await _rig.ConnectAsync();
        byte[] run = RandomNumberGenerator.GetBytes(5 * (16 * 1024 + 13));
        Task<SocketResult> sending = pair.Theirs.SendAsync(run.ToArray()).AsTask();
        Assert.Equal(run, await ReceiveAsync(pair.Ours, run.Length));
        Assert.True((await sending).IsOk);
    }

    private static async Task<byte[]> ReceiveAsync(TlsConnection from, int length)
    {
        byte[] buffer = new byte[length];
        int have = 0;
        while (have < length)
        {
            SocketResult result = await from.ReceiveAsync(buffer.AsMemory(have));
            Assert.True(result is { IsOk: true, Bytes: > 0 });
            have += result.Bytes;
        }
        return buffer;
    }

    /// <summary>A connection whose tries send no more than there is room for.</summary>
    private sealed class NarrowConnection(IConnection inner) : IConnection
    {
        public int Room { get; set; } = int.MaxValue;

        public IPEndPoint Remote => inner.Remote;

        public IPEndPoint Local => inner.Local;

        public ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer) => inner.ReceiveAsync(buffer);

        public void Unread(ReadOnlyMemory<byte> bytes) => inner.Unread(bytes);

        public ValueTask<SocketResult> SendAsync(Memory<byte> bytes) => inner.SendAsync(bytes);

        public SocketResult TrySend(Span<byte> bytes)
        {
            int count = Math.Min(Room, bytes.Length);
            Room -= count;
            return count == 0 ? default : inner.TrySend(bytes[..count]);
        }

        public void Close() => inner.Close();
    }
}
