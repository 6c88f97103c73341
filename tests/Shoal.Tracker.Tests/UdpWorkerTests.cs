using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Access;
using Shoal.Tracker.Metrics;
using Shoal.Tracker.Swarms;
using Shoal.Tracker.Udp;
using Microsoft.Extensions.Logging.Abstractions;
using Shoal.TestKit;

namespace Shoal.Tracker.Tests;

public sealed class UdpWorkerTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_turn_allocates_nothing_for_its_datagrams(bool batches)
    {
        if (batches && !LinuxCalls.IsSupported) return;
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.Connect(socket.LocalEndPoint!);
        using IDatagramSocket datagrams = batches ? new BatchedSocket(socket) : new PlainSocket(socket);
        AnnounceService service = Service();
        var worker = new UdpWorker(datagrams,
            new UdpResponder(service, new ConnectionIds(service.Secret.Connections, TimeSpan.FromMinutes(2)),
                new AttemptBudget(10, TimeSpan.FromSeconds(1))),
            service, new Deferrals(), new TrackerLog(NullLogger.Instance));

        byte[] reply = new byte[2048];
        byte[] connect = new byte[UdpTrackerHeader.Length];
        new UdpTrackerHeader(UdpTrackerHeader.ConnectMagic, UdpTrackerAction.Connect, 1).Write(connect);
        client.Send(connect);
        worker.Turn();
        client.Receive(reply);
        ulong id = BinaryPrimitives.ReadUInt64BigEndian(reply.AsSpan(8));
        byte[][] announces = [.. Enumerable.Range(1, 40).Select(port => Announce(id, (ushort)port))];
        byte[] scrape = new byte[UdpScrapeCodec.MaxRequestLength];
        UdpScrapeCodec.WriteRequest(scrape, id, 3, new InfoHash[UdpScrapeCodec.MaxHashes]);
        byte[] forged = Announce(id ^ 1, 9);
        Exchange(200);

        Assert.Equal(0, Allocations.Least(() => Exchange(50)));
        Assert.True(service.Metrics.AnswersOf(Door.Udp4, RequestKind.Announce) >= 10_000);
        Assert.True(service.Metrics.AnswersOf(Door.Udp4, RequestKind.Scrape) >= 250);

        void Exchange(int times)
        {
            for (int i = 0; i < times; i++)
            {
                foreach (byte[] announce in announces) client.Send(announce);
                client.Send(scrape);
                client.Send(forged);
                client.Send(connect);
                for (int answered = 0; answered < announces.Length + 3;) answered += worker.Turn();
                while (client.Available > 0) client.Receive(reply);
            }
        }
    }

    private static byte[] Announce(ulong id, ushort port)
    {
        byte[] request = new byte[UdpAnnounceCodec.Length];
        UdpAnnounceCodec.Write(request, id, 2, new AnnounceRequest
        {
            InfoHash = default, PeerId = default, Port = port, Left = 1, Key = 7,
        }, default);
        return request;
    }

    private static AnnounceService Service()
    {
        var options = new TrackerOptions();
        return new AnnounceService(options, new SwarmStore(new SwarmStoreOptions(), new Random(1)),
            new AccessGate(TrackerMode.Open, null, null, options.Time), TrackerSecret.Draw(), new TrackerMetrics());
    }
}
