using System.Net;
using System.Net.Sockets;
using Shoal.Network;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>C05 and TLS floods: who begins handshakes and does not end them takes little from those who do.</summary>
public abstract class TlsFloodTests(TlsNegotiator tls)
{
    private const int Flood = 1000;

    // The head of a record that promises a ClientHello of 512 bytes; it never comes whole.
    private static readonly byte[] HalfHello = [22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9];

    [Fact(Timeout = 120_000)]
    public async Task A_thousand_half_open_handshakes_leave_a_transfer_alone()
    {
        CancellationToken cancel = SwarmRig.Cancel;
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, TorrentVersion.V1, size: 8_000_000);
        (TorrentEngine seeder, _) = await rig.SeedAsync();
        List<Socket> flood = [];
        int mostPending = 0;
        try
        {
            (_, Torrent torrent) = await rig.GetAsync(rig.Invite("anna"), null, seeder.Port);
            for (int i = 0; i < Flood; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                flood.Add(socket);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, seeder.Port), cancel);
                await socket.SendAsync(HalfHello, cancel);
                mostPending = Math.Max(mostPending, seeder.Acceptor.PendingCount);
            }
            await torrent.WaitForCompletionAsync(cancel);
            rig.AssertHas(torrent);
            // Somebody new still gets in: room is made at the cost of who waits longest.
            (_, Torrent later) = await rig.GetAsync(rig.Invite("ben"), null, seeder.Port);
            await later.WaitForCompletionAsync(cancel);
            rig.AssertHas(later);
        }
        finally
        {
            foreach (Socket socket in flood) socket.Dispose();
        }
        Assert.InRange(mostPending, 1, new EngineOptions().MaxPendingHandshakes);
    }
}
