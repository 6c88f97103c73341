using Shoal.Engine.Actors;
using Shoal.Network;
using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.PeerWire;
using Shoal.Storage;
using Shoal.Swarm;

namespace Shoal.Engine.Peers;

// The send side. The actor owns it while nothing is being sent; what needs to wait, for the socket, the disk or a rate
// limit, goes to the loop with a parcel, and the actor touches the parcel again only after the loop gave it back:
//
//   Idle ── Flush: small messages go out at once on the actor's thread ──▶ Idle
//   Idle ── Flush: blocks to serve, or the socket is full ──▶ Busy (loop owns the parcel) ── SendDone ──▶ Idle
//
// Under a rate limit the loop first waits for the limit to let a run begin, and the actor has nothing handed over yet:
// small messages go out at once until then. A run is short then, so that they do not wait for long behind it either.
internal sealed partial class PeerLink
{
    // A run of blocks takes about this long at the peer's rate: long runs cost less, short ones let a choke through.
    private const double RunSeconds = 0.05;

    // Under a limit a run takes about this long at all of it: one block below 128 KiB/s.
    private const double LimitedRunSeconds = 0.25;

    // A peer that takes nothing for as long as a keep-alive may be late (BEP 3) is not going to.
    private static readonly TimeSpan SendPatience = TimeSpan.FromMinutes(2);

    // How much of a send the other side has taken does not show before its end, so a long one gets more time: what it
    // takes at the least rate that is worth a slot.
    private const long LeastBytesPerSecond = 4 * 1024;

    private readonly AsyncSignal _wake = new();
    private readonly BlockSpan[] _run = new BlockSpan[LinkBuffers.LargeRunBlocks];
    private BlockReader? _reader;
    private MessageBuffer _parcel = new();
    private int _runCount;
    private bool _busy;
    private int _parcelReady;

    // What the limit let through for the next run: asked for and kept by the actor, drawn by the loop.
    private bool _permitAsked;
    private int _permit;
    private int _permitWanted;
    private int _drawn;
    private int _parcelPermit;

    // When the send that is under way is given up, in ticks of the engine's time; 0 while none is. Waiting for a rate
    // limit or for the disk is no send.
    private long _sendDeadline;

    /// <summary>
    /// Block bytes that the loop sent of the last parcel, and whether the disk failed it. For the actor.
    /// </summary>
    public (int Blocks, StorageError? DiskError) LastParcel { get; private set; }

    /// <summary>The run of blocks of the last parcel. For the actor, while the loop is idle.</summary>
    public ReadOnlySpan<BlockSpan> LastRun => _run.AsSpan(0, _runCount);

    /// <summary>True when no more blocks are sent, as the connection is to end. Set and read by the actor.</summary>
    public bool IsParting { get; private set; }

    /// <summary>Sends the small messages that wait, and no blocks from now on. Called by the actor.</summary>
    public void Part()
    {
        IsParting = true;
        Flush();
    }

    /// <summary>Sends what the session has to send, or wakes the loop to do it. Called by the actor.</summary>
    public void Flush()
    {
        PeerSession session = Session!;
        if (_busy || Volatile.Read(ref _closed) != 0) return;
        if (!session.HasUploads) ReturnPermit();
        bool serves = session.HasUploads && !IsParting && MayBeginRun(session);
        if (!serves && TrySendOutbox(session.Outbox)) return;
        _busy = true;
        _runCount = serves ? session.TakeUploads(_run.AsSpan(0, RunBlocks(session))) : 0;
        (_parcelPermit, _permit) = serves ? (_permit, 0) : (0, _permit);
        (_parcel, session.Outbox) = (session.Outbox, _parcel);
        Volatile.Write(ref _parcelReady, 1);
        _wake.Raise();
    }

    /// <summary>True when a send has been under way for longer than any living peer takes. Any thread.</summary>
    public bool IsStalled(TimeSpan now) => Volatile.Read(ref _sendDeadline) is var deadline and > 0
        && now.Ticks > deadline;

    /// <summary>Called by the actor when the loop gave the parcel back.</summary>
    public void ParcelDone() => _busy = false;

    /// <summary>Called by the actor when the limit lets a run begin.</summary>
    public void PermitGiven()
    {
        _permitAsked = false;
        _permit = _drawn;
    }

    /// <summary>Called by the actor when there is nothing to send for what the limit let through.</summary>
    public void ReturnPermit()
    {
        if (_permit > 0) Return(_permit);
        _permit = 0;
    }

    private bool MayBeginRun(PeerSession session)
    {
        if (_permit > 0 || !IsLimited) return true;
        if (_permitAsked) return false;
        _permitAsked = true;
        Volatile.Write(ref _permitWanted, RunBlocks(session) * (PieceGeometry.BlockLength + BlockReader.HeaderLength));
        _wake.Raise();
        return false;
    }

    private int RunBlocks(PeerSession session)
    {
        bool isFast = session.UploadRate * RunSeconds >= (LinkBuffers.SmallRunBlocks + 1) * PieceGeometry.BlockLength;
        int usual = isFast || TakesRunsAtOnce ? LinkBuffers.LargeRunBlocks : LinkBuffers.SmallRunBlocks;
        if (!IsLimited) return usual;
        long limit = _actor.UploadLimits.BytesPerSecond;
        if (_ownLimit is { BytesPerSecond: > 0 and var own } && (limit == 0 || own < limit)) limit = own;
        return (int)Math.Clamp(limit * LimitedRunSeconds / PieceGeometry.BlockLength, 1, usual);
    }

    /// <summary>Sends small messages without waiting. False when some of them have to wait for the socket.</summary>
    private bool TrySendOutbox(MessageBuffer outbox)
    {
        if (outbox.IsEmpty) return true;
        SocketResult result = _connection.TrySend(outbox.PendingMemory.Span);
        // An error shows in the receive loop too, which ends the connection; here the bytes are just dropped.
        if (!result.IsOk) outbox.Clear();
        else outbox.Consume(result.Bytes);
        return outbox.IsEmpty;
    }

    private async Task RunSendAsync()
    {
        try
        {
            while (Volatile.Read(ref _closed) == 0)
            {
                await _wake.WaitAsync().ConfigureAwait(false);
                while (Interlocked.Exchange(ref _parcelReady, 0) != 0) await SendParcelAsync().ConfigureAwait(false);
                int wanted = Interlocked.Exchange(ref _permitWanted, 0);
                if (wanted == 0) continue;
                _drawn = await TakeAsync(wanted, isUnderWay: false).ConfigureAwait(false);
                _actor.LinkPermitted(this);
            }
        }
        catch (Exception e) when (_actor.Fault(e))
        {
            Close();
        }
    }

    private async ValueTask SendParcelAsync()
    {
        bool sent = _runCount == 0
            ? await SendAllAsync(_parcel.PendingMemory).ConfigureAwait(false)
            : await SendRunAsync().ConfigureAwait(false);
        _parcel.Clear();
        if (!sent) Close();
        // The actor may put the next parcel here before this call returns, on this very thread.
        _actor.LinkSent(this);
    }

    private async ValueTask<bool> SendAllAsync(Memory<byte> bytes)
    {
        LastParcel = default;
        BeginSend(bytes.Length);
        SocketResult result = await _connection.SendAsync(bytes).ConfigureAwait(false);
        EndSend();
        return result.IsOk;
    }

    private async ValueTask<bool> SendRunAsync()
    {
        Slab slab = (_runCount > LinkBuffers.SmallRunBlocks ? _buffers.LargeSend : _buffers.SmallSend).Rent();
        try
        {
            int length = BlockReader.LengthOf(_run.AsSpan(0, _runCount));
            int control = _parcel.Length;
            // A limit is one on blocks; nothing else waits for it.
            if (control > slab.Length - length || IsLimited)
            {
                bool isSent = control == 0 || await SendAllAsync(_parcel.PendingMemory).ConfigureAwait(false);
                if (!isSent) return false;
                control = 0;
            }
            _parcel.Pending[..control].CopyTo(slab.Array);
            StorageError? error = ReadRun(slab.Array.AsMemory(control, length));
            LastParcel = (error is null ? _runCount : 0, error);
            if (error is not null) length = 0;
            return await SendPacedAsync(slab.Array.AsMemory(0, control + length)).ConfigureAwait(false);
        }
        finally
        {
            slab.Release();
        }
    }

    private StorageError? ReadRun(Memory<byte> into)
    {
        ReadOnlySpan<BlockSpan> run = _run.AsSpan(0, _runCount);
        _reader ??= _actor.NewReader();
        int at = 0;
        foreach (BlockSpan block in run)
        {
            PeerMessages.WritePieceHeader(into.Span[at..], block);
            at += BlockReader.HeaderLength + block.Length;
        }
        return _reader.Read(run, into);
    }

    private async ValueTask<bool> SendPacedAsync(Memory<byte> bytes)
    {
        int granted = Math.Min(_parcelPermit, bytes.Length);
        Return(_parcelPermit - granted);
        while (!bytes.IsEmpty)
        {
            if (!IsLimited) granted = bytes.Length;
            else if (granted == 0)
                granted = await TakeAsync(bytes.Length, isUnderWay: true).ConfigureAwait(false);
            BeginSend(granted);
            SocketResult result = await _connection.SendAsync(bytes[..granted]).ConfigureAwait(false);
            EndSend();
            if (!result.IsOk) return false;
            bytes = bytes[granted..];
            granted = 0;
        }
        return true;
    }

    private void BeginSend(int bytes)
    {
        TimeSpan patience = SendPatience + TimeSpan.FromSeconds((double)bytes / LeastBytesPerSecond);
        Volatile.Write(ref _sendDeadline, (_actor.Now + patience).Ticks);
    }

    private void EndSend() => Volatile.Write(ref _sendDeadline, 0);

    /// <summary>Draws what this peer's own limit and those of all peers together allow.</summary>
    private async ValueTask<int> TakeAsync(int wanted, bool isUnderWay)
    {
        int own = _ownLimit is null ? wanted : await _ownLimit.TakeAsync(wanted, isUnderWay).ConfigureAwait(false);
        int all = await _actor.UploadLimits.TakeAsync(own, isUnderWay).ConfigureAwait(false);
        _ownLimit?.Return(own - all);
        return all;
    }

    private void Return(int bytes)
    {
        _ownLimit?.Return(bytes);
        _actor.UploadLimits.Return(bytes);
    }

    private bool IsLimited => !_actor.UploadLimits.IsUnlimited || _ownLimit is { IsUnlimited: false };
}
