using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Shoal.Discovery;
using Shoal.Engine.Actors;
using Shoal.Network;
using Shoal.Protocol;
using Shoal.Protocol.Encryption;
using Shoal.Protocol.PeerWire;

namespace Shoal.Engine.WebSeeds;

/// <summary>
/// A web seed as a connection to a peer: what is sent to it are messages of the peer wire, of which it takes requests
/// and cancels, and what is received from it are piece messages whose blocks come over HTTP. So nothing above needs to
/// know that there is no peer.
/// </summary>
/// <remarks>
/// Requests wait in a queue until it is their turn; only then ranges are asked for, as long as the queue allows. Bytes
/// are taken from the server as fast as they are received here: who does not receive lets the server wait.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Close is the end of its life, and disposes of what it owns.")]
internal sealed class WebSeedConnection : IConnection
{
    /// <summary>Requests over HTTP at a time, for content of small files; libtorrent's figure is 5.</summary>
    private const int MaxOpen = 4;

    /// <summary>
    /// The next range is asked for when no more than this is left of those before: what comes in 40 ms at 100 MB/s, so
    /// that the way to the server and back costs nothing.
    /// </summary>
    private const long AheadBytes = 4 << 20;

    /// <summary>A server that needs longer for one block is worth no place of the few; 546 bytes a second.</summary>
    private static readonly TimeSpan BlockPatience = TimeSpan.FromSeconds(30);

    private readonly WebSeedClient _client;
    private readonly WebSeedLayout _layout;
    private readonly PieceGeometry _geometry;
    private readonly Func<TimeSpan> _now;
    private readonly WebSeedFeed _feed;
    private readonly PieceFramer _framer = new();
    private readonly Queue<WebSeedPart> _parts = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly AsyncSignal _wake = new();

    // Shared between who sends and who receives.
    private readonly Lock _gate = new();
    private readonly WebSeedQueue _queue;
    private readonly MessageBuffer _answers = new();
    private bool _isReceiving;
    private bool _isClosed;

    // How much longer the block that is awaited may take, and when that is over; 0 while nothing is awaited.
    private TimeSpan _patience = BlockPatience;
    private int _sincePatience;
    private long _lateAt;
    private WebSeedFault? _fault;

    /// <summary>A connection to a server that is asked for nothing yet.</summary>
    /// <param name="seed">The web seed.</param>
    /// <param name="client">Asks it; owned by the connection from here on.</param>
    /// <param name="layout">Where on it things are.</param>
    /// <param name="geometry">Pieces and blocks.</param>
    /// <param name="remote">Its address.</param>
    /// <param name="now">The engine's time.</param>
    public WebSeedConnection(
        WebSeed seed,
        WebSeedClient client,
        WebSeedLayout layout,
        PieceGeometry geometry,
        IPEndPoint remote,
        Func<TimeSpan> now)
    {
        Seed = seed;
        Remote = remote;
        _client = client;
        _layout = layout;
        _geometry = geometry;
        _now = now;
        _queue = new WebSeedQueue(layout);
        _feed = new WebSeedFeed(client, layout);
        PeerMessages.WriteHaveAll(_answers);
        PeerMessages.WriteUnchoke(_answers);
    }

    /// <summary>The web seed.</summary>
    public WebSeed Seed { get; }

    /// <summary>What went wrong with it; null when nothing did.</summary>
    public WebSeedFault? Fault => Volatile.Read(ref _fault);

    /// <inheritdoc/>
    public IPEndPoint Remote { get; }

    /// <summary>Connections come and go, and have different ends here.</summary>
    public IPEndPoint Local { get; } = new(IPAddress.None, 0);

    /// <inheritdoc/>
    public StreamSecurity Security => Seed.Url.Scheme == "https" ? StreamSecurity.Tls : StreamSecurity.Plain;

    /// <summary>Gives up on a server that is too slow. Any thread.</summary>
    public void CloseIfLate()
    {
        if (Volatile.Read(ref _lateAt) is not (> 0 and var late) || _now().Ticks <= late) return;
        Fail(new WebSeedFault(
            $"The web seed at {Seed.Shown} sent not one block in {BlockPatience.TotalSeconds:0} seconds."));
        Close();
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer)
    {
        if (!TryBeginReceiving()) return Lost;
        try
        {
            while (true)
            {
                if (_framer.IsBetweenMessages && TakeAnswers(buffer.Span, out int count)) return Received(count);
                AskAhead();
                if (!_framer.IsEmpty) break;
                await _wake.WaitAsync().ConfigureAwait(false);
                if (_stop.IsCancellationRequested) return Lost;
            }
            BeginWait();
            if (await _feed.ReadyAsync().ConfigureAwait(false) is { } fault) return Fail(fault);
            return buffer.IsEmpty ? Received(0) : await ReadAsync(buffer).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return Lost;
        }
        finally
        {
            EndWait();
            EndReceiving();
        }
    }

    /// <summary>Nothing that a web seed sends is read by anybody before its link.</summary>
    public void Unread(ReadOnlyMemory<byte> bytes) =>
        throw new NotSupportedException("A web seed has sent nothing that could be put back.");

    /// <inheritdoc/>
    public ValueTask<SocketResult> SendAsync(Memory<byte> bytes) => ValueTask.FromResult(TrySend(bytes.Span));

    /// <summary>Takes messages, which have to be whole.</summary>
    public SocketResult TrySend(Span<byte> bytes)
    {
        int taken = 0;
        lock (_gate)
        {
            while (taken < bytes.Length)
            {
                FrameStatus status = PeerFrame.TryRead(
                    bytes[taken..], PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int consumed);
                if (status is FrameStatus.NeedMore or FrameStatus.TooLong) return Lost;
                // Being answered, a keep-alive keeps us alive.
                if (status == FrameStatus.KeepAlive) PeerMessages.WriteKeepAlive(_answers);
                else Take(frame);
                taken += consumed;
            }
        }
        _wake.Raise();
        return Received(taken);
    }

    /// <inheritdoc/>
    public void Close()
    {
        bool isIdle;
        lock (_gate)
        {
            if (_isClosed) return;
            _isClosed = true;
            isIdle = !_isReceiving;
        }
        // Who waits goes on elsewhere, not within the call of whoever closes.
        _ = _stop.CancelAsync();
        _wake.Raise();
        if (isIdle) CleanUp();
    }

    private static SocketResult Lost => new(0, SocketError.ConnectionReset);

    private static SocketResult Received(int count) => new(count, SocketError.Success);

    private void Take(PeerFrame frame)
    {
        if (frame.Id is not (PeerMessageId.Request or PeerMessageId.Cancel)) return;
        if (!frame.TryReadRequest(out uint piece, out uint begin, out uint length)) return;
        if (!_geometry.TrySpan(piece, begin, length, out BlockSpan block)) return;
        if (frame.Id == PeerMessageId.Request) _queue.Add(block);
        // Every request is answered, by its block or by this.
        else if (_queue.Remove(block)) PeerMessages.WriteReject(_answers, block);
    }

    private bool TakeAnswers(Span<byte> buffer, out int count)
    {
        lock (_gate)
        {
            count = Math.Min(buffer.Length, _answers.Length);
            if (_answers.IsEmpty) return false;
            _answers.Pending[..count].CopyTo(buffer);
            _answers.Consume(count);
            return true;
        }
    }

    private void AskAhead()
    {
        while (_feed.Count < MaxOpen && _feed.Ahead <= AheadBytes && (_parts.Count > 0 || TakeRun()))
            _feed.Open(_parts.Dequeue(), _stop.Token);
    }

    /// <summary>
    /// Goes on to what waits, once that is as much as what is under way: half of the requests are with the server and
    /// half gather, so that ranges are as long as they can be and the server never waits for the next.
    /// </summary>
    private bool TakeRun()
    {
        long offset;
        int length;
        lock (_gate)
        {
            if (_queue.Bytes < _feed.Ahead) return false;
            (offset, length) = _queue.TakeRun(_framer.Blocks);
        }
        _layout.AddParts(offset, length, _parts);
        return length > 0;
    }

    private async ValueTask<SocketResult> ReadAsync(Memory<byte> buffer)
    {
        (int shift, int bytes) = _framer.Prepare(buffer.Length, _feed.Left);
        if (bytes == 0) return Received(_framer.WriteHead(buffer.Span));
        (int count, WebSeedFault? fault) =
            await _feed.ReadAsync(buffer.Slice(shift, bytes), _stop.Token).ConfigureAwait(false);
        if (fault is not null) return Fail(fault);
        _sincePatience += count;
        return Received(_framer.Lay(buffer.Span, shift, count));
    }

    private SocketResult Fail(WebSeedFault fault)
    {
        Interlocked.CompareExchange(ref _fault, fault, null);
        return Lost;
    }

    private void BeginWait() => Volatile.Write(ref _lateAt, (_now() + _patience).Ticks);

    /// <summary>Patience is for one block, however many receives it takes.</summary>
    private void EndWait()
    {
        if (Interlocked.Exchange(ref _lateAt, 0) is not (> 0 and var late)) return;
        _patience = TimeSpan.FromTicks(Math.Max(0, late - _now().Ticks));
        if (_sincePatience < PieceGeometry.BlockLength && _feed.Count > 0) return;
        _sincePatience = 0;
        _patience = BlockPatience;
    }

    private bool TryBeginReceiving()
    {
        lock (_gate)
        {
            _isReceiving = !_isClosed;
            return _isReceiving;
        }
    }

    private void EndReceiving()
    {
        lock (_gate)
        {
            _isReceiving = false;
            if (!_isClosed) return;
        }
        CleanUp();
    }

    private void CleanUp()
    {
        _feed.Dispose();
        _client.Dispose();
    }
}
