using Shoal.Protocol;

namespace Shoal.Swarm.Requests;

/// <summary>
/// How many blocks to keep asked of one peer: its bandwidth-delay product with room to grow, found by doubling from
/// 32 blocks. One per peer; owned by the peer's session.
/// </summary>
/// <remarks>
/// <code>
///               rate stops growing
///   Doubling -----------------------> Steady
///      ^ |                              |
///      | '---------- timeout -----------'-----> Snubbed
///      '------------- a block comes ---------------'
/// </code>
/// Doubling adds one to the window for every block, which doubles it once per round trip. Steady keeps
/// rate × max(4 × least round trip, 0.5 s): four times what is in flight on an idle path, so that the window is never
/// what limits the rate, and half a second's work for the peer's disk and scheduler. The least round trip of the whole
/// connection is used and never forgotten: later ones measure the queue that this window itself makes at the peer.
/// Neither is more than what the fastest line has on its way in a round trip, or 4 MiB: half a second of such a line is
/// hundreds of MiB, which would all wait here whenever this disk is slower than the peer.
/// </remarks>
internal sealed class RequestWindow
{
    /// <summary>Blocks asked at once of a peer that nothing is known of.</summary>
    public const int InitialBlocks = 32;

    /// <summary>Most blocks ever asked at once: 32 MiB, 100 ms at 320 MB/s.</summary>
    public const int MaxBlocks = 2048;

    // What a near peer is asked for at the most: 4 MiB, sixteen of the longest runs that a seeder sends at a time.
    private const int NearBlocks = 256;

    // 10 Gbit/s, the fastest line that is met between machines of this kind.
    private const double FastestBlocksPerSecond = 10e9 / 8 / PieceGeometry.BlockLength;

    /// <summary>
    /// What a peer is taken to queue when its extension handshake does not say: the 250 that clients have long used.
    /// </summary>
    public const int DefaultPeerQueue = 250;

    // One that is sent and one that waits behind it, so that the peer is never without.
    private const int MinBlocks = 2;

    // A slow peer may hold two seconds of blocks: what it holds nobody else is asked for, and pieces that wait with
    // slow peers leave faster ones idle.
    private static readonly TimeSpan SlowestQueue = TimeSpan.FromSeconds(2);

    // Near peers answer in less than their disks and schedulers need now and then; this is for those.
    private static readonly TimeSpan LeastQueue = TimeSpan.FromSeconds(0.5);

    // Rates are measured over no less: blocks come in bursts of a receive, up to 256 KiB at a time.
    private static readonly TimeSpan LeastRound = TimeSpan.FromSeconds(0.25);

    // A round that is not 5 % better than the best one did not grow; the second in a row ends the doubling.
    private const double GrowthFactor = 1.05;
    private const int MaxRoundsWithoutGrowth = 2;

    private int _peerQueue = DefaultPeerQueue;
    private int _window = InitialBlocks;
    private Phase _phase;
    private int _outstanding;
    private TimeSpan _probeSent;
    private int _probeAfter;
    private TimeSpan? _leastRoundTrip;
    private TimeSpan? _roundStart;
    private long _roundBytes;
    private double _bestRate;
    private double _rate;
    private int _roundsWithoutGrowth;

    private enum Phase : byte
    {
        Doubling,
        Steady,
        Snubbed,
    }

    /// <summary>Blocks to keep asked of the peer; at least 1.</summary>
    public int Blocks =>
        _phase == Phase.Snubbed ? 1 : Math.Clamp(_window, 1, Math.Min(_peerQueue, MaxBlocks));

    /// <summary>How many more blocks to ask for now; 0 when the window is full.</summary>
    public int Room => Math.Max(0, Blocks - _outstanding);

    /// <summary>Blocks asked and not answered, as far as this window was told.</summary>
    public int Outstanding => _outstanding;

    /// <summary>True after a timeout, until the next block.</summary>
    public bool IsSnubbed => _phase == Phase.Snubbed;

    /// <summary>True while the window doubles.</summary>
    public bool IsDoubling => _phase == Phase.Doubling;

    /// <summary>Shortest time from a request to its block on this connection; null before the first.</summary>
    public TimeSpan? LeastRoundTrip => _leastRoundTrip;

    /// <summary>Bytes per second at which blocks come, smoothed; 0 before the first measured round.</summary>
    public double BytesPerSecond => _rate;

    /// <summary>Sets how many requests the peer says it queues (reqq of BEP 10); below 1 counts as 1.</summary>
    public void SetPeerQueue(long requests) => _peerQueue = (int)Math.Clamp(requests, 1, MaxBlocks);

    /// <summary>Notes that blocks were asked for.</summary>
    public void OnRequested(TimeSpan now, int blocks)
    {
        if (blocks <= 0) return;
        if (_outstanding == 0)
        {
            // Silence before this was ours, not the peer's: it must not look like a low rate. So only rounds in which
            // something was asked all the time are measured.
            _roundStart = now;
            _roundBytes = 0;
        }
        if (_probeAfter == 0)
        {
            _probeSent = now;
            _probeAfter = _outstanding + 1;
        }
        _outstanding += blocks;
    }

    /// <summary>Notes that a block came that was asked for.</summary>
    public void OnBlock(TimeSpan now, int bytes)
    {
        if (_outstanding > 0) _outstanding--;
        if (_phase == Phase.Snubbed)
        {
            _phase = Phase.Doubling;
            _window = MinBlocks;
            _roundsWithoutGrowth = 0;
            _bestRate = 0;
            _roundStart = now;
            _roundBytes = 0;
        }
        // Peers answer in order, so this many blocks after the probe's request comes the probe.
        if (_probeAfter > 0 && --_probeAfter == 0)
        {
            TimeSpan roundTrip = now - _probeSent;
            if (_leastRoundTrip is null || roundTrip < _leastRoundTrip) _leastRoundTrip = roundTrip;
        }
        _roundBytes += bytes;
        if (_phase == Phase.Doubling && _window < MostUseful()) _window++;
        EndRound(now);
    }

    /// <summary>Notes that asked blocks will not come: rejected, cancelled or dropped by a choke.</summary>
    public void OnReleased(int blocks)
    {
        _outstanding = Math.Max(0, _outstanding - blocks);
        _probeAfter = 0;
    }

    /// <summary>Notes that the peer let a request wait for too long.</summary>
    public void OnTimeout()
    {
        _phase = Phase.Snubbed;
        _probeAfter = 0;
    }

    private void EndRound(TimeSpan now)
    {
        TimeSpan start = _roundStart ??= now;
        TimeSpan elapsed = now - start;
        TimeSpan roundTrip = _leastRoundTrip ?? TimeSpan.Zero;
        if (elapsed < LeastRound || elapsed < 2 * roundTrip) return;
        double rate = _roundBytes / elapsed.TotalSeconds;
        _roundStart = now;
        _roundBytes = 0;
        _rate = rate > _rate ? rate : _rate + (rate - _rate) / 4;
        if (_phase == Phase.Doubling) LookForGrowth(rate);
        if (_phase == Phase.Steady) _window = SteadyWindow();
    }

    private void LookForGrowth(double rate)
    {
        if (rate > _bestRate * GrowthFactor)
        {
            _bestRate = rate;
            _roundsWithoutGrowth = 0;
        }
        else if (++_roundsWithoutGrowth >= MaxRoundsWithoutGrowth)
        {
            _phase = Phase.Steady;
        }
    }

    private int SteadyWindow()
    {
        double blockRate = _rate / PieceGeometry.BlockLength;
        TimeSpan reach = 4 * (_leastRoundTrip ?? TimeSpan.Zero);
        if (reach < LeastQueue) reach = LeastQueue;
        double floor = Math.Clamp(blockRate * SlowestQueue.TotalSeconds, MinBlocks, InitialBlocks);
        return (int)Math.Clamp(Math.Ceiling(blockRate * reach.TotalSeconds), floor, MostUseful());
    }

    /// <summary>More than this is not on its way, however fast the line, once a round trip is known.</summary>
    private int MostUseful() => _leastRoundTrip is { } roundTrip
        ? (int)Math.Clamp(roundTrip.TotalSeconds * FastestBlocksPerSecond, NearBlocks, MaxBlocks)
        : MaxBlocks;
}
