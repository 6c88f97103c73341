using System.Buffers;
using System.Net;
using System.Text;
using Shoal.Protocol;
using Shoal.Protocol.Trackers;

namespace Shoal.Fuzz.Tests;

public sealed class TrackerFuzzTests
{
    private static readonly InfoHash[] Hashes =
        [new("mnopqrstuvwxyz123456"u8), new("abcdefghij0123456789"u8)];

    private static readonly AnnounceRequest Request = new()
    {
        InfoHash = Hashes[0],
        PeerId = PeerId.Ours("abcdefghijkl"u8),
        Port = 6881,
        Left = 1000,
        Event = AnnounceEvent.Started,
        NumWant = 50,
        TrackerId = "x\u0001y",
    };

    private static readonly AnnounceAnswer Answer = new()
    {
        IntervalSeconds = 1800,
        MinIntervalSeconds = 60,
        Complete = 3,
        Incomplete = 4,
        Warning = "slow",
    };

    private static readonly byte[] Peers4 = [1, 2, 3, 4, 0x1a, 0xe1, 5, 6, 7, 8, 0, 80];

    private static readonly byte[] Peers6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80];

    [Fact]
    public void Announce_replies() => Fuzzer.Run(new FuzzTarget(
        "announce reply",
        [
            Body(o => TrackerReplyWriter.WriteAnnounce(o, Answer, [1, 2, 3, 4], Peers4, Peers6, isCompact: true)),
            Body(o => TrackerReplyWriter.WriteAnnounce(o, Answer, [1, 2, 3, 4], Peers4, Peers6, isCompact: false)),
            [.. "d14:failure reason4:gone8:retry in5:nevere"u8],
            [.. "d14:failure reason4:busy8:retry ini9ee"u8],
        ],
        input => AnnounceReplyReader.TryRead(input, out _, out _))
    {
        Verify = input =>
        {
            if (!AnnounceReplyReader.TryRead(input, out AnnounceReply? reply, out string? error))
            {
                Assert.EndsWith(".", error, StringComparison.Ordinal);
                return;
            }
            Assert.InRange(reply.Interval, AnnounceReply.MinimumInterval, AnnounceReply.MaximumInterval);
            Assert.InRange(reply.Peers.Count, 0, AnnounceReply.MaxPeers);
            Assert.DoesNotContain(reply.Peers, p => p.Port == 0);
        },
    });

    [Fact]
    public void Scrape_replies() => Fuzzer.Run(new FuzzTarget(
        "scrape reply",
        [[.. "d5:filesd20:mnopqrstuvwxyz123456d8:completei5e10:downloadedi50e10:incompletei10eeee"u8]],
        input => ScrapeReplyReader.TryRead(input, Hashes, out _, out _)));

    [Fact]
    public void Queries() => Fuzzer.Run(new FuzzTarget(
        "tracker query",
        [
            [.. Encoding.ASCII.GetBytes(TrackerUrl.ForAnnounce(new Uri("http://a.test/announce"), Request).Query)],
            [.. "info_hash=mnopqrstuvwxyz123456&info_hash=%00bcdefghij0123456789"u8],
        ],
        input => Query(input))
    {
        FixedBytes = 8 * 1024, // the room for the hashes of a scrape
        BytesPerInputByte = 0,
    });

    [Fact]
    public void Datagrams() => Fuzzer.Run(new FuzzTarget(
        "udp tracker datagram",
        [
            Datagram(d => UdpAnnounceCodec.Write(d, 7, 8, Request, "/dir?a=b"u8)),
            Datagram(d => UdpScrapeCodec.WriteRequest(d, 7, 8, Hashes)),
            Datagram(d => UdpTrackerReply.WriteConnect(d, 8, 7)),
            [.. Datagram(d => UdpTrackerReply.WriteAnnounce(d, 8, Answer)), .. Peers4],
            Datagram(d => UdpScrapeCodec.WriteReply(d, 8, [new ScrapeEntry(Hashes[0], 1, 2, 3)])),
            Datagram(d => UdpTrackerReply.WriteError(d, 8, "no such torrent")),
        ],
        ReadDatagram)
    {
        FixedBytes = 32 * 1024, // two readings of the peers, and a text
    });

    private static int Query(byte[] input)
    {
        TrackerQueryReader.TryReadAnnounce(input, out _, out _);
        Span<InfoHash> hashes = new InfoHash[TrackerQueryReader.MaxScrapeHashes];
        TrackerQueryReader.TryReadScrape(input, hashes, out int count, out _);
        return count;
    }

    private static void ReadDatagram(byte[] input)
    {
        Span<byte> url = stackalloc byte[UdpAnnounceCodec.MaxUrlDataBytes];
        UdpTrackerHeader.TryRead(input, out _);
        UdpAnnounceCodec.TryRead(input, out _);
        UdpAnnounceCodec.ReadUrlData(input, url);
        UdpScrapeCodec.ReadRequest(input, new InfoHash[UdpScrapeCodec.MaxHashes]);
        if (!UdpTrackerReply.TryReadHeader(input, out _, out _)) return;
        UdpTrackerReply.TryReadConnect(input, out _);
        UdpTrackerReply.TryReadAnnounce(input, isV6: false, out _);
        UdpTrackerReply.TryReadAnnounce(input, isV6: true, out _);
        UdpScrapeCodec.ReadReply(input, Hashes);
        UdpTrackerReply.ReadError(input);
    }

    private static byte[] Body(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return output.WrittenSpan.ToArray();
    }

    private static byte[] Datagram(Func<byte[], int> write)
    {
        byte[] buffer = new byte[2000];
        return buffer[..write(buffer)];
    }
}
