using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;

namespace Shoal.Discovery;

/// <summary>
/// One request to a UDP tracker: connect if no fresh connection id is at hand, ask, repeat after 15 · 2ⁿ seconds
/// (<see href="https://www.bittorrent.org/beps/bep_0015.html">BEP 15</see>). It owns a socket that is connected to the
/// tracker, so that the kernel drops what comes from anywhere else.
/// </summary>
internal sealed class UdpExchange : IDisposable
{
    /// <summary>Bytes for any datagram there can be.</summary>
    public const int BufferBytes = 64 * 1024;

    /// <summary>The wait for the first attempt (BEP 15); each further one waits twice as long.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(15);

    private readonly TrackerClientOptions _options;
    private readonly UdpConnectionIds _ids;
    private readonly IPEndPoint _tracker;
    private readonly byte[] _buffer;
    private readonly string _who;
    private readonly Socket _socket;

    /// <summary>Opens a socket to the tracker.</summary>
    /// <exception cref="SocketException">There is no way to it.</exception>
    public UdpExchange(
        TrackerClientOptions options, UdpConnectionIds ids, IPEndPoint tracker, byte[] buffer, string who)
    {
        (_options, _ids, _tracker, _buffer, _who) = (options, ids, tracker, buffer, who);
        _socket = new Socket(tracker.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (options.LocalAddress is { } local) _socket.Bind(new IPEndPoint(local, 0));
            _socket.Connect(tracker);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    /// <summary>Writes a request into a buffer that is large enough, and tells its length.</summary>
    public delegate int WriteRequest(Span<byte> datagram, ulong connectionId, uint transactionId);

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    /// <summary>Asks until there is an answer, an error or no attempt left.</summary>
    /// <exception cref="SocketException">The tracker's machine says that nothing listens there.</exception>
    public async Task<UdpAnswer> RunAsync(
        UdpTrackerAction action, WriteRequest write, CancellationToken cancellationToken)
    {
        bool wasRefused = false;
        for (int attempt = 0; attempt < _options.UdpAttempts; attempt++)
        {
            TimeSpan wait = FirstWait * (1 << attempt);
            bool isCached = _ids.TryGet(_tracker, out ulong id);
            if (!isCached)
            {
                int length = await AskAsync(UdpTrackerAction.Connect, WriteConnect, 0, wait, cancellationToken)
                    .ConfigureAwait(false);
                if (length == 0) continue;
                if (IsError()) return Refused(length);
                if (!UdpTrackerReply.TryReadConnect(_buffer.AsSpan(0, length), out id)) continue;
                _ids.Set(_tracker, id);
            }
            int received = await AskAsync(action, write, id, wait, cancellationToken).ConfigureAwait(false);
            if (received == 0)
            {
                // A restarted tracker may drop ids that it does not know; the next attempt fetches a new one.
                _ids.Forget(_tracker);
                continue;
            }
            if (!IsError()) return new UdpAnswer(_buffer[..received], _tracker.Address.Scope(), null);
            _ids.Forget(_tracker);
            if (!isCached || wasRefused) return Refused(received);
            // Some trackers bind an id to the port that it was asked from: once, ask again with a fresh one.
            wasRefused = true;
            attempt--;
        }
        return UdpAnswer.Failed($"{_who} does not answer.");
    }

    private static int WriteConnect(Span<byte> datagram, ulong connectionId, uint transactionId)
    {
        new UdpTrackerHeader(UdpTrackerHeader.ConnectMagic, UdpTrackerAction.Connect, transactionId).Write(datagram);
        return UdpTrackerHeader.Length;
    }

    /// <summary>Sends one request and waits for its reply, which is then in the buffer; 0 when time is over.</summary>
    private async Task<int> AskAsync(UdpTrackerAction action, WriteRequest write, ulong connectionId, TimeSpan wait,
        CancellationToken cancellationToken)
    {
        // A guessable transaction id would let anyone answer in the tracker's name.
        uint transaction = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(sizeof(uint)));
        using var limit = new CancellationTokenSource(wait, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            int length = write(_buffer, connectionId, transaction);
            await _socket.SendAsync(_buffer.AsMemory(0, length), either.Token).ConfigureAwait(false);
            while (true)
            {
                int received = await _socket.ReceiveAsync(_buffer, either.Token).ConfigureAwait(false);
                if (IsReplyTo(action, transaction, received)) return received;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
        catch (OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    private bool IsReplyTo(UdpTrackerAction action, uint transaction, int length)
    {
        ReadOnlySpan<byte> datagram = _buffer.AsSpan(0, length);
        if (!UdpTrackerReply.TryReadHeader(datagram, out UdpTrackerAction got, out uint id) || id != transaction)
            return false;
        return got == UdpTrackerAction.Error || (got == action && length >= LeastLength(action));
    }

    private static int LeastLength(UdpTrackerAction action) => action switch
    {
        UdpTrackerAction.Connect => UdpTrackerReply.ConnectLength,
        UdpTrackerAction.Announce => UdpTrackerReply.AnnounceLength,
        _ => UdpTrackerReply.HeaderLength,
    };

    private bool IsError() => BinaryPrimitives.ReadUInt32BigEndian(_buffer) == (uint)UdpTrackerAction.Error;

    private UdpAnswer Refused(int length) =>
        UdpAnswer.Failed($"The tracker refused: {UdpTrackerReply.ReadError(_buffer.AsSpan(0, length))}");
}
