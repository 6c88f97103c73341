using System.Net;
using System.Text;
using Shoal.Engine.Peers;
using Shoal.Engine.Tests.Hostile;
using Shoal.Network;

namespace Shoal.Engine.Tests.Peers;

public sealed class ChunkLinesTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = 120_000)]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(100)]
    public async Task Who_begins_with_a_line_is_given_over_with_all_that_it_sent(int step)
    {
        await using TorrentEngine engine =
            await TorrentEngine.StartAsync(new EngineOptions { BindAddress = IPAddress.Loopback }, Cancel);
        var lines = new RecordingLines();
        engine.Acceptor.ChunkLines = lines;
        byte[] request = Encoding.ASCII.GetBytes("GET_CHUNK abcdef 0\r\n");
        using RawPeer peer = await RawPeer.ConnectAsync(engine.Port);
        for (int i = 0; i < request.Length; i += step)
            await peer.SendAsync(request.AsMemory(i, Math.Min(step, request.Length - i)));
        Assert.Equal(Encoding.ASCII.GetString(request), await lines.Line.Task.WaitAsync(Cancel));
        Assert.Equal("CHUNK".Length, await peer.ReadToEndAsync());
        Assert.Equal(0, engine.Acceptor.PendingCount);
    }

    private sealed class RecordingLines : IChunkLines
    {
        public TaskCompletionSource<string> Line { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task ServeAsync(IConnection connection)
        {
            byte[] buffer = new byte[100];
            int have = 0;
            while (!buffer.AsSpan(0, have).Contains((byte)'\n'))
                have += (await connection.ReceiveAsync(buffer.AsMemory(have))).Bytes;
            await connection.SendAsync("CHUNK"u8.ToArray());
            connection.Close();
            Line.SetResult(Encoding.ASCII.GetString(buffer, 0, have));
        }
    }
}
