using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Shoal.Engine.Tests.Peers;

/// <summary>Who begins encrypted handshakes and does not end them takes little from those who do.</summary>
public sealed class MseFloodTests
{
    private const int Flood = 1000;

    // A key of an encrypted handshake is as long; the answer to one costs us two powers.
    private const int KeyBytes = 96;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_thousand_half_open_handshakes_leave_a_transfer_alone()
    {
        await using Pair pair = await Pair.StartAsync(("plan.bin", 8_000_000));
        Torrent torrent = await pair.Downloader.AddAsync(
            new TorrentSource.Parsed(pair.Created.Metainfo), pair.Options, Cancel);
        List<Socket> flood = [];
        int mostPending = 0;
        try
        {
            for (int i = 0; i < Flood; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                flood.Add(socket);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, pair.Seeder.Port), Cancel);
                // Every second one has its key whole, and is computed for.
                await socket.SendAsync(RandomNumberGenerator.GetBytes(i % 2 == 0 ? KeyBytes : KeyBytes / 2), Cancel);
                mostPending = Math.Max(mostPending, pair.Seeder.Acceptor.PendingCount);
            }
            await torrent.WaitForCompletionAsync(Cancel);
            Assert.True(pair.HasCopyOf("plan.bin"));
        }
        finally
        {
            foreach (Socket socket in flood) socket.Dispose();
        }
        Assert.InRange(mostPending, 1, new EngineOptions().MaxPendingHandshakes);
    }
}
