using Shoal.Protocol;

namespace Shoal.Engine.Peers;

/// <summary>
/// Decides how long the next requests of one peer may wait for others, so that several are read and answered at a time.
/// Owned by the link's receive loop.
/// </summary>
/// <remarks>
/// A peer that has W requests under way and takes R bytes a second waits T = W · 16 KiB / R for a block (Little's law).
/// Where that is far longer than the way there and back, blocks wait for the peer's line and not for us, and one that
/// leaves us a little later arrives no later:
/// <code>
///   pause ≤ (T − 2 · round trip) / 4
///
///   blocks │◄───── early: three fifths ────►│◄──── late ────►│ blocks
///           ··r··r··r··r··r··r··r··r··r··r··r··r··r··r··r··r··     requests, all read and answered at the end
/// </code>
/// W is what the peer has shown: the most requests that were seen waiting at once, as when it is unchoked. It may keep
/// fewer under way later. Clients keep half a second (Shoal) to three seconds (libtorrent) of their rate, which no
/// pause uses up. One that keeps less would be held up: it would have got all that it asked for, and would ask for no
/// more before the next blocks. Its requests would come early in a pause, as a pause is several round trips long. So
/// they have to come evenly; when time and again they do not, what was shown no longer counts.
/// </remarks>
internal sealed class RequestRhythm
{
    /// <summary>The longest pause. Nobody is hurt when a cancel or a have is seen a quarter of a second late.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    // Below this the clock that pauses are measured by is too coarse.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);

    // Who asks for fewer in a pause gains nothing by it; who asks for more than a run is fast, and waits for itself.
    private const double LeastBlocks = 3;
    private const double MostBlocks = LinkBuffers.LargeRunBlocks;

    // A block is delayed by a quarter of its time at the most, not counting the way of it and of its request.
    private const int TimeParts = 4;
    private const int RoundTrips = 2;

    // A round trip lies well within the early part, so that what a run brings the peer to ask for is seen there.
    private const int PauseParts = 4;

    // Of steady requests two come late for three early ones; a half of that can be chance, but not four times in a row.
    private const int LeastEvenness = 3;
    private const int MostUneven = 4;

    private int _uneven;

    /// <summary>Requests that the peer has shown to have under way; 0 when that is not known.</summary>
    public int Shown { get; private set; }

    /// <summary>Notes how many requests of the peer wait.</summary>
    public void Seen(int waiting) => Shown = Math.Max(Shown, waiting);

    /// <summary>The peer asks anew, or in another way, from now on.</summary>
    public void Forget() => (Shown, _uneven) = (0, 0);

    /// <summary>How long the next receive may wait; zero for not at all.</summary>
    /// <param name="bytesPerSecond">What the peer takes.</param>
    /// <param name="roundTrip">The way there and back on an empty line; null where it is not known.</param>
    public TimeSpan NextPause(double bytesPerSecond, TimeSpan? roundTrip)
    {
        if (Shown == 0 || bytesPerSecond < 1 || roundTrip is not { } way) return TimeSpan.Zero;
        double blocksPerSecond = bytesPerSecond / PieceGeometry.BlockLength;
        var time = TimeSpan.FromSeconds(Shown / blocksPerSecond);
        TimeSpan pause = Least(Longest, (time - RoundTrips * way) / TimeParts);
        pause = Least(pause, TimeSpan.FromSeconds(MostBlocks / blocksPerSecond));
        bool pays = pause.TotalSeconds * blocksPerSecond >= LeastBlocks;
        return pays && pause >= Shortest && pause >= PauseParts * way ? pause : TimeSpan.Zero;
    }

    /// <summary>
    /// How many of the pulses that a pause takes are its late part: two fifths of them, and never so few that a steady
    /// peer would look uneven by that alone.
    /// </summary>
    public static int LatePulses(int pulses) => Math.Max(1, (pulses * 2 + 2) / 5);

    /// <summary>A pause is over: so much came in the early part of it, and so much in the late one.</summary>
    public void Paused(int early, int late)
    {
        _uneven = late * LeastEvenness >= early ? 0 : _uneven + 1;
        if (_uneven == MostUneven) Forget();
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
