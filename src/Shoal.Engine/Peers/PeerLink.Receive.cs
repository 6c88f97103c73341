using System.Runtime.CompilerServices;
using Shoal.Engine.Actors;
using Shoal.Network;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm;

namespace Shoal.Engine.Peers;

// The receive loop. Bytes land in a slab one receive after the other; whole messages are handed to the actor as a
// range of that slab, and only a message that the slab's end cuts in two is copied, to the start of the next slab:
//
//   slab    [ handed on | being handled | part of a message | free                 ]
//                        ^ _handledEnd    ^ _start            ^ _end
//
// The slab lives until the last block in it is on disk; the loop holds one reference, each range handed on another.
internal sealed partial class PeerLink
{
    /// <summary>
    /// Longest message that is accepted: a bitfield over 0x200000 pieces, the most that a torrent can have, and some.
    /// </summary>
    public const int MaxFrameBytes = 300 * 1024;

    /// <summary>
    /// One receive call moves at most this: more would push the first bytes out of the cache before they are hashed.
    /// </summary>
    public const int MaxReceiveBytes = 256 * 1024;

    // A slab with less room than this at its end is left for a new one: small calls cost as much as large ones.
    private const int MinRoomBytes = 2 * 1024;

    // Ranges that may wait for the actor before the loop waits too, so that a busy actor bounds what is received.
    private const int MaxUnhandledRanges = 4;

    private readonly AsyncSignal _handled = new();
    private readonly AsyncSignal _hasRoom = new();
    private Slab? _slab;
    private int _start;
    private int _end;
    private int _unhandled;
    private bool _fast;
    private bool _heldBack;

    /// <summary>True while bytes of the peer are there and wait for a download limit or the disk. Any thread.</summary>
    public bool IsHeldBack => Volatile.Read(ref _heldBack);

    /// <summary>Called by the actor when it has dealt with a range.</summary>
    public void RangeHandled(SlabSlice range)
    {
        _actor.Backlog.Remove(range.Length);
        if (Interlocked.Decrement(ref _unhandled) == MaxUnhandledRanges - 1) _handled.Raise();
    }

    private async Task RunReceiveAsync(bool handshakeIsRead)
    {
        DisconnectReason reason = DisconnectReason.SocketError;
        try
        {
            reason = handshakeIsRead ? DisconnectReason.None : await ReceiveHandshakeAsync().ConfigureAwait(false);
            if (reason == DisconnectReason.None) reason = await ReceiveMessagesAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (_actor.Fault(e))
        {
            // A defect of ours costs this connection and is logged; the torrent and its other peers go on.
            reason = DisconnectReason.SocketError;
        }
        finally
        {
            _slab?.Release();
            _slab = null;
            BeFast(false);
            _actor.LinkClosed(this, reason);
        }
    }

    private async ValueTask<DisconnectReason> ReceiveHandshakeAsync()
    {
        (Handshake? handshake, DisconnectReason reason) =
            await HandshakeReader.ReadAsync(_connection).ConfigureAwait(false);
        if (handshake is not null) _actor.LinkHandshaken(this, handshake.Value);
        return reason;
    }

    private async ValueTask<DisconnectReason> ReceiveMessagesAsync()
    {
        while (Volatile.Read(ref _closed) == 0)
        {
            if (_fast && _actor.Backlog.IsFull) await AwaitRoomAsync().ConfigureAwait(false);
            SocketResult result = await ReceiveSomeAsync().ConfigureAwait(false);
            if (!result.IsOk) return DisconnectReason.SocketError;
            if (result.Bytes == 0) return DisconnectReason.ClosedByPeer;
            _end += result.Bytes;
            if (!HandOn(out int partial)) return DisconnectReason.MessageTooLong;
            MakeRoom(partial);
            while (Volatile.Read(ref _unhandled) >= MaxUnhandledRanges && Volatile.Read(ref _closed) == 0)
                await _handled.WaitAsync().ConfigureAwait(false);
            if (NextPause() is var pause && pause > TimeSpan.Zero) await PauseAsync(pause).ConfigureAwait(false);
        }
        return DisconnectReason.ClosedByPeer;
    }

    /// <summary>Waits for the disk. A slow peer does not: it hardly adds to what waits for it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AwaitRoomAsync()
    {
        Volatile.Write(ref _heldBack, true);
        _actor.Backlog.RaiseWhenThereIsRoom(_hasRoom);
        await _hasRoom.WaitAsync().ConfigureAwait(false);
        Volatile.Write(ref _heldBack, false);
    }

    private void BeFast(bool isFast)
    {
        if (isFast == _fast) return;
        _fast = isFast;
        _buffers.CountFast(isFast ? 1 : -1);
    }

    private async ValueTask<SocketResult> ReceiveSomeAsync()
    {
        bool limited = !_actor.DownloadLimits.IsUnlimited;
        bool hasBytes = _hasBytes;
        _hasBytes = false;
        if (!hasBytes) BeQuiet(false);
        if (limited || (_slab is null && !_fast && !hasBytes))
        {
            SocketResult ready = await _connection.ReceiveAsync(Memory<byte>.Empty).ConfigureAwait(false);
            if (!ready.IsOk) return ready;
        }
        _slab ??= _buffers.RentToReceive(least: 0, _fast);
        int room = Math.Min(_slab.Length - _end, MaxReceiveBytes);
        if (!limited)
        {
            SocketResult received =
                await _connection.ReceiveAsync(_slab.Array.AsMemory(_end, room)).ConfigureAwait(false);
            BeFast(received.Bytes > _buffers.SmallReceive.SlabLength / 2 || (_fast && received.Bytes > room / 8));
            return received;
        }
        Volatile.Write(ref _heldBack, true);
        int granted = await _actor.DownloadLimits.TakeAsync(room).ConfigureAwait(false);
        Volatile.Write(ref _heldBack, false);
        SocketResult result = await _connection.ReceiveAsync(_slab.Array.AsMemory(_end, granted)).ConfigureAwait(false);
        _actor.DownloadLimits.Return(granted - result.Bytes);
        return result;
    }

    /// <summary>
    /// Hands whole messages to the actor. Tells the length of the message that the data ends in, 0 when it is not
    /// known yet or there is none. False when a message is longer than it may be.
    /// </summary>
    private bool HandOn(out int partial)
    {
        ReadOnlySpan<byte> received = _slab!.Array.AsSpan(_start, _end - _start);
        FrameStatus status = FrameScanner.ScanWholeFrames(received, MaxFrameBytes, out int whole);
        if (whole > 0)
        {
            _slab.Retain();
            Interlocked.Increment(ref _unhandled);
            _actor.Backlog.Add(whole);
            _actor.LinkReceived(this, new SlabSlice(_slab, _start, whole));
            _start += whole;
        }
        bool isTooLong = status == FrameStatus.TooLong;
        partial = isTooLong ? 0 : FrameScanner.FrameLength(received[whole..]);
        return !isTooLong;
    }

    /// <summary>Goes over to a new slab when this one has no room for the rest of the message it ends in.</summary>
    private void MakeRoom(int partial)
    {
        int held = _end - _start;
        int needed = Math.Max(partial, held + MinRoomBytes);
        if (held == 0 && (!_fast || _slab!.Length - _end < MinRoomBytes))
        {
            // An idle peer holds no memory; what was received is held by those who use it.
            _slab!.Release();
            _slab = null;
            _start = _end = 0;
            return;
        }
        if (_slab!.Length - _start >= needed && _slab.Length - _end >= MinRoomBytes) return;
        Slab next = _buffers.RentToReceive(needed, _fast);
        _slab.Array.AsSpan(_start, held).CopyTo(next.Array);
        _slab.Release();
        _slab = next;
        _start = 0;
        _end = held;
    }
}
