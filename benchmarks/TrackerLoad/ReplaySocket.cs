using System.Buffers.Binary;
using Shoal.Protocol.Trackers;
using Shoal.Tracker.Swarms;
using Shoal.Tracker.Udp;

namespace Shoal.TrackerLoad;

/// <summary>Announces without a network: each batch is made up when it is received, and replies go nowhere.</summary>
internal sealed class ReplaySocket : IDatagramSocket
{
    private const int AnnounceBytes = 98;
    private const int HashAt = 16;
    private const int PeerIdAt = 36;
    private const int LeftAt = 64;
    private const int KeyAt = 88;
    private const int WantedAt = 92;
    private const int PortAt = 96;

    private readonly byte[] _datagrams = new byte[BatchedSocket.BatchSize * AnnounceBytes];
    private readonly byte[] _replies = new byte[BatchedSocket.BatchSize * UdpResponder.MaxReplyLength];
    private readonly LoadOptions _options;
    private readonly Random _random;
    private readonly HostAddress _from;
    private readonly int _firstPeer;
    private long _next;

    /// <summary>Makes up the requests of one client address.</summary>
    /// <param name="options">Swarms, peers, and how many are wanted.</param>
    /// <param name="number">Number of the thread, which has every so many-th peer for itself.</param>
    /// <param name="threads">How many threads there will be.</param>
    public ReplaySocket(LoadOptions options, int number, int threads)
    {
        (_options, _firstPeer, Step) = (options, number, threads);
        _random = new Random(number);
        _from = new HostAddress(0x7f00000au + (uint)number);
        for (int i = 0; i < BatchedSocket.BatchSize; i++)
        {
            Span<byte> datagram = _datagrams.AsSpan(i * AnnounceBytes, AnnounceBytes);
            "-XX0000-abcdefghijkl"u8.CopyTo(datagram[PeerIdAt..]);
            BinaryPrimitives.WriteInt32BigEndian(datagram[WantedAt..], options.NumWant);
        }
    }

    public HostAddress From => _from;

    /// <summary>True while every peer is announced once.</summary>
    public bool IsFilling { get; set; } = true;

    /// <summary>True when all have been.</summary>
    public bool IsFull => _next >= (long)_options.Swarms * PeersHere;

    /// <summary>Peers in all replies.</summary>
    public long Peers { get; private set; }

    public int Port => 0;

    private int Step { get; }

    private int PeersHere => (_options.Peers - _firstPeer + Step - 1) / Step;

    /// <summary>Sets the connection id of all requests.</summary>
    public void Connect(ulong id)
    {
        for (int i = 0; i < BatchedSocket.BatchSize; i++)
            new UdpTrackerHeader(id, UdpTrackerAction.Announce, (uint)i)
                .Write(_datagrams.AsSpan(i * AnnounceBytes));
    }

    public int Receive()
    {
        for (int i = 0; i < BatchedSocket.BatchSize; i++)
        {
            long next = IsFilling ? Math.Min(_next++, (long)_options.Swarms * PeersHere - 1)
                : _random.NextInt64((long)_options.Swarms * PeersHere);
            int peer = _firstPeer + (int)(next % PeersHere) * Step;
            Span<byte> datagram = _datagrams.AsSpan(i * AnnounceBytes, AnnounceBytes);
            LoadSwarms.WriteHash((int)(next / PeersHere), datagram[HashAt..]);
            BinaryPrimitives.WriteInt64BigEndian(datagram[LeftAt..], LoadSwarms.IsSeed(peer) ? 0 : 1 << 20);
            BinaryPrimitives.WriteInt32BigEndian(datagram[KeyAt..], peer + 1);
            BinaryPrimitives.WriteUInt16BigEndian(datagram[PortAt..], LoadSwarms.PortOf(peer));
        }
        return BatchedSocket.BatchSize;
    }

    public ReadOnlySpan<byte> Datagram(int index, out HostAddress from)
    {
        from = _from;
        return _datagrams.AsSpan(index * AnnounceBytes, AnnounceBytes);
    }

    public Span<byte> ReplyRoom(int index) =>
        _replies.AsSpan(index * UdpResponder.MaxReplyLength, UdpResponder.MaxReplyLength);

    public void SetReply(int index, int length) => Peers += (length - UdpTrackerReply.AnnounceLength) / 6;

    public int SendReplies(int count) => 0;

    public IDatagramReturn KeepReturn(int index) => throw new NotSupportedException("Memory answers at once.");

    public void Stop()
    {
    }

    public void Dispose()
    {
    }
}
