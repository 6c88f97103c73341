using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Shoal.Protocol.Trackers;

namespace Shoal.TrackerLoad;

/// <summary>
/// Sends requests over UDP from several addresses of loopback and checks every answer. In the closed loop a fixed
/// number is under way; in the open loop they leave at fixed times, whatever comes back.
/// </summary>
internal sealed class UdpLoad : IDisposable
{
    /// <summary>Sockets, each with an address of its own, between which a tracker can divide its threads.</summary>
    private const int Sockets = 8;

    /// <summary>A client asks for some torrents at once, and for fewer than the seventy that fit.</summary>
    private const int ScrapeHashes = 10;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMilliseconds(500);

    private readonly LoadSwarms _swarms;
    private readonly LoadOptions _options;
    private readonly UdpSocket[] _sockets = new UdpSocket[Sockets];
    private readonly ulong[] _connections = new ulong[Sockets];
    private UdpSlot[] _slots;
    private readonly Random _random = new(1);
    private long _answers, _announces, _peers, _errors, _wrong, _lost;
    private LatencyCount _latency = new();
    private readonly long[] _filled = new long[Sockets];
    private bool _isFilling;

    public UdpLoad(LoadOptions options, int port)
    {
        _options = options;
        _swarms = new LoadSwarms(options.Swarms, options.Peers);
        for (int i = 0; i < Sockets; i++)
        {
            var own = new IPAddress([127, 0, 0, (byte)(10 + i)]);
            _sockets[i] = new UdpSocket(own, new IPEndPoint(IPAddress.Loopback, port));
        }
        _slots = new UdpSlot[options.Window];
    }

    /// <summary>Waits until the tracker answers, and gets a connection id for each socket.</summary>
    public void Connect(TimeSpan limit)
    {
        long began = Stopwatch.GetTimestamp();
        for (int i = 0; i < Sockets; i++)
        {
            while (_connections[i] == 0)
            {
                if (Stopwatch.GetElapsedTime(began) > limit) throw new TimeoutException("The tracker does not answer.");
                new UdpTrackerHeader(UdpTrackerHeader.ConnectMagic, UdpTrackerAction.Connect, 1)
                    .Write(_sockets[i].Room);
                _sockets[i].Add(UdpTrackerHeader.Length);
                try
                {
                    _sockets[i].Send();
                }
                catch (System.Net.Sockets.SocketException)
                {
                    // Nobody listens yet.
                }
                for (int tries = 0; tries < 50 && _connections[i] == 0; tries++)
                {
                    _sockets[i].Wait();
                    if (_sockets[i].Receive() > 0)
                        UdpTrackerReply.TryReadConnect(_sockets[i].Datagram(0), out _connections[i]);
                }
            }
        }
    }

    /// <summary>Announces every peer of every swarm once.</summary>
    public double Fill()
    {
        _isFilling = true;
        long began = Stopwatch.GetTimestamp();
        Closed(TimeSpan.FromMinutes(5), IsFull);
        _isFilling = false;
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>Keeps a fixed number of requests under way.</summary>
    public LoadFigures RunClosed(string server, Func<double> cpu)
    {
        Reset();
        double before = cpu();
        _slots = new UdpSlot[_options.Window];
        double seconds = Closed(TimeSpan.FromSeconds(_options.Seconds), () => false);
        return Figures(server, $"closed, {_options.Window} under way", seconds, cpu() - before);
    }

    /// <summary>Sends at fixed times.</summary>
    public LoadFigures RunOpen(string server, int rate, Func<double> cpu)
    {
        Reset();
        // So many that none is needed again before its answer is given up.
        const int MaxSlots = 1 << 16;
        _slots = new UdpSlot[Math.Min(MaxSlots, (int)(rate * AnswerLimit.TotalSeconds) + 1)];
        double before = cpu();
        long began = Stopwatch.GetTimestamp();
        long total = (long)(rate * _options.Seconds);
        for (long sent = 0; sent < total;)
        {
            TimeSpan now = Stopwatch.GetElapsedTime(began);
            long due = Math.Min(total, (long)(now.TotalSeconds * rate));
            while (sent < due)
            {
                ref UdpSlot slot = ref _slots[sent % _slots.Length];
                if (slot.IsWaiting && !slot.IsStale) _lost++;
                // Counted from when it was to leave, so that a tracker that stops for a while does not hide it.
                Begin((int)(sent % _slots.Length), began + (long)(sent / (double)rate * Stopwatch.Frequency));
                sent++;
                if (sent % UdpSocket.BatchSize == 0) break;
            }
            FlushAll();
            if (!Drain()) _sockets[0].Wait();
        }
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        for (long end = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(end) < AnswerLimit;)
            if (!Drain()) _sockets[0].Wait();
        CountLost();
        return Figures(server, $"open, {rate}/s", seconds, cpu() - before);
    }

    public void Dispose()
    {
        foreach (UdpSocket socket in _sockets) socket.Dispose();
    }

    /// <returns>Seconds until the last request left.</returns>
    private double Closed(TimeSpan time, Func<bool> isOver)
    {
        long began = Stopwatch.GetTimestamp();
        long checkedAt = began;
        for (int i = 0; i < _slots.Length; i++) Begin(i, Stopwatch.GetTimestamp());
        FlushAll();
        while (Stopwatch.GetElapsedTime(began) < time && !isOver())
        {
            if (!Drain(refill: true)) _sockets[_random.Next(Sockets)].Wait();
            FlushAll();
            if (Stopwatch.GetElapsedTime(checkedAt) < AnswerLimit / 5) continue;
            checkedAt = Stopwatch.GetTimestamp();
            for (int i = 0; i < _slots.Length; i++)
            {
                if (_slots[i].IsWaiting && Stopwatch.GetElapsedTime(_slots[i].SentAt) < AnswerLimit) continue;
                if (_slots[i].IsWaiting && !_slots[i].IsStale) _lost++;
                Begin(i, Stopwatch.GetTimestamp());
            }
            FlushAll();
        }
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        for (long end = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(end) < AnswerLimit / 5;)
            if (!Drain()) _sockets[0].Wait();
        CountLost();
        return seconds;
    }

    private void CountLost()
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            if (_slots[i].IsWaiting && !_slots[i].IsStale) _lost++;
            _slots[i].IsWaiting = false;
        }
    }

    /// <summary>Puts the next request of a slot into its socket's batch.</summary>
    private void Begin(int index, long at)
    {
        ref UdpSlot slot = ref _slots[index];
        slot.Turn++;
        slot.SentAt = at;
        slot.IsWaiting = true;
        slot.IsStale = false;
        int socket = index % Sockets;
        UdpSocket to = _sockets[socket];
        if (to.Room.IsEmpty) to.Send();
        uint id = (uint)index << 16 | slot.Turn;
        if (_isFilling)
        {
            int own = PeersOf(socket);
            slot.IsWaiting = own > 0;
            if (own == 0) return;
            long next = Math.Min(_filled[socket]++, (long)_swarms.Swarms * own - 1);
            slot.Action = UdpTrackerAction.Announce;
            int filling = socket + (int)(next % own) * Sockets;
            Announce(to, id, _connections[socket], (int)(next / own), filling, 1);
            return;
        }
        int kind = _random.Next(100);
        slot.Action = kind < _options.ConnectShare ? UdpTrackerAction.Connect
            : kind < _options.ConnectShare + _options.AnnounceShare ? UdpTrackerAction.Announce
            : UdpTrackerAction.Scrape;
        if (slot.Action == UdpTrackerAction.Connect)
        {
            new UdpTrackerHeader(UdpTrackerHeader.ConnectMagic, slot.Action, id).Write(to.Room);
            to.Add(UdpTrackerHeader.Length);
            return;
        }
        slot.IsStale = _random.Next(100) < _options.StalePercent;
        ulong connection = _connections[socket] ^ (slot.IsStale ? 0xffffu : 0u);
        if (slot.Action == UdpTrackerAction.Scrape) Scrape(to, id, connection);
        else
        {
            int peer = socket + _random.Next(Math.Max(1, PeersOf(socket))) * Sockets;
            Announce(to, id, connection, _random.Next(_swarms.Swarms), peer, _options.NumWant);
        }
    }

    /// <summary>Peers of each swarm that have the address of a socket.</summary>
    private int PeersOf(int socket) => (_swarms.Peers - socket + Sockets - 1) / Sockets;

    private bool IsFull()
    {
        for (int i = 0; i < Sockets; i++)
            if (_filled[i] < (long)_swarms.Swarms * PeersOf(i))
                return false;
        return true;
    }

    private static void Announce(UdpSocket to, uint id, ulong connection, int swarm, int peer, int wanted)
    {
        Span<byte> request = to.Room;
        new UdpTrackerHeader(connection, UdpTrackerAction.Announce, id).Write(request);
        LoadSwarms.WriteHash(swarm, request[16..]);
        "-XX0000-abcdefghijkl"u8.CopyTo(request[36..]);
        request[56..98].Clear();
        BinaryPrimitives.WriteInt64BigEndian(request[64..], LoadSwarms.IsSeed(peer) ? 0 : 1 << 20);
        // The key by which a client is known again, which all of them send.
        BinaryPrimitives.WriteInt32BigEndian(request[88..], peer + 1);
        BinaryPrimitives.WriteInt32BigEndian(request[92..], wanted);
        BinaryPrimitives.WriteUInt16BigEndian(request[96..], LoadSwarms.PortOf(peer));
        to.Add(98);
    }

    private void Scrape(UdpSocket to, uint id, ulong connection)
    {
        Span<byte> request = to.Room;
        new UdpTrackerHeader(connection, UdpTrackerAction.Scrape, id).Write(request);
        for (int i = 0; i < ScrapeHashes; i++)
            LoadSwarms.WriteHash(_random.Next(_swarms.Swarms), request[(16 + 20 * i)..]);
        to.Add(16 + 20 * ScrapeHashes);
    }

    private void FlushAll()
    {
        foreach (UdpSocket socket in _sockets) socket.Send();
    }

    private bool Drain(bool refill = false)
    {
        bool any = false;
        for (int s = 0; s < Sockets; s++)
        {
            int count = _sockets[s].Receive();
            any |= count > 0;
            for (int i = 0; i < count; i++) Check(_sockets[s].Datagram(i), s, refill);
        }
        return any;
    }

    private void Check(ReadOnlySpan<byte> reply, int socket, bool refill)
    {
        if (!UdpTrackerReply.TryReadHeader(reply, out UdpTrackerAction action, out uint id)
            || id >> 16 >= _slots.Length || _slots[id >> 16].Turn != (ushort)id || !_slots[id >> 16].IsWaiting)
        {
            _wrong++;
            return;
        }
        int index = (int)(id >> 16);
        ref UdpSlot slot = ref _slots[index];
        slot.IsWaiting = false;
        if (action == UdpTrackerAction.Error) _errors++;
        else if (slot.IsStale || action != slot.Action || !IsRight(reply, action, socket)) _wrong++;
        else
        {
            _answers++;
            _latency.Add(Stopwatch.GetElapsedTime(slot.SentAt));
        }
        if (refill) Begin(index, Stopwatch.GetTimestamp());
    }

    private bool IsRight(ReadOnlySpan<byte> reply, UdpTrackerAction action, int socket)
    {
        switch (action)
        {
            case UdpTrackerAction.Connect:
                return reply.Length == UdpTrackerReply.ConnectLength
                    && UdpTrackerReply.TryReadConnect(reply, out _connections[socket]);
            case UdpTrackerAction.Scrape:
                return reply.Length == 8 + 12 * ScrapeHashes
                    && (_isFilling || BinaryPrimitives.ReadInt32BigEndian(reply[8..]) > 0);
            default:
                int peers = (reply.Length - UdpTrackerReply.AnnounceLength) / 6;
                if (reply.Length != UdpTrackerReply.AnnounceLength + 6 * peers) return false;
                for (int i = 0; i < peers; i++)
                {
                    ReadOnlySpan<byte> peer = reply.Slice(UdpTrackerReply.AnnounceLength + 6 * i, 6);
                    if (peer[0] != 127 || !_swarms.HasPort(BinaryPrimitives.ReadUInt16BigEndian(peer[4..])))
                        return false;
                }
                _announces++;
                _peers += peers;
                return true;
        }
    }

    private void Reset()
    {
        _answers = _announces = _peers = _errors = _wrong = _lost = 0;
        _latency = new LatencyCount();
    }

    private LoadFigures Figures(string server, string loop, double seconds, double cpu) => new(server, loop, _answers,
        _announces, _peers, _errors, _wrong, _lost, seconds, cpu, _latency);
}
