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
internal sealed partial class PeerLink
{
    // A run of blocks takes about this long at the peer's rate: long runs cost less, short ones let a choke through.
    private const double RunSeconds = 0.05;

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

    // When the send that is under way is given up, in ticks of the engine's time; 0 while none is. Waiting for a rate
    // limit or for the disk is no send.
    private long _sendDeadline;

    /// <summary>
    /// Block bytes that the loop sent of the last parcel, and whether the disk failed it. For the actor.
    /// </summary>
    public (int Blocks, StorageError? DiskError) LastParcel { get; private set; }

    /// <summary>The run of blocks of the last parcel. For the actor, while the loop is idle.</summary>
    public ReadOnlySpan<BlockSpan> LastRun => _run.AsSpan(0, _runCount);

    /// <summary>Sends what the session has to send, or wakes the loop to do it. Called by the actor.</summary>
    public void Flush()
    {
        PeerSession session = Session!;
        if (_busy || Volatile.Read(ref _closed) != 0) return;
        if (!session.HasUploads && TrySendOutbox(session.Outbox)) return;
        _busy = true;
        _runCount = session.TakeUploads(_run.AsSpan(0, RunBlocks(session)));
        (_parcel, session.Outbox) = (session.Outbox, _parcel);
        Volatile.Write(ref _parcelReady, 1);
        _wake.Raise();
    }

    /// <summary>True when a send has been under way for longer than any living peer takes. Any thread.</summary>
    public bool IsStalled(TimeSpan now) => Volatile.Read(ref _sendDeadline) is var deadline and > 0
        && now.Ticks > deadline;

    /// <summary>Called by the actor when the loop gave the parcel back.</summary>
    public void ParcelDone() => _busy = false;

    private static int RunBlocks(PeerSession session)
    {
        double blocks = session.UploadRate * RunSeconds / PieceGeometry.BlockLength;
        return blocks >= LinkBuffers.SmallRunBlocks + 1 ? LinkBuffers.LargeRunBlocks : LinkBuffers.SmallRunBlocks;
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
            if (control > slab.Length - length)
            {
                if (!await SendAllAsync(_parcel.PendingMemory).ConfigureAwait(false)) return false;
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
        while (!bytes.IsEmpty)
        {
            int granted = _actor.UploadLimits.IsUnlimited && _ownLimit is null
                ? bytes.Length
                : await TakeAsync(bytes.Length).ConfigureAwait(false);
            BeginSend(granted);
            SocketResult result = await _connection.SendAsync(bytes[..granted]).ConfigureAwait(false);
            EndSend();
            if (!result.IsOk) return false;
            bytes = bytes[granted..];
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
    private async ValueTask<int> TakeAsync(int wanted)
    {
        int own = _ownLimit is null ? wanted : await _ownLimit.TakeAsync(wanted).ConfigureAwait(false);
        int all = await _actor.UploadLimits.TakeAsync(own).ConfigureAwait(false);
        _ownLimit?.Return(own - all);
        return all;
    }
}
