using System.Runtime.CompilerServices;
using Shoal.Engine.Actors;
using Shoal.Swarm;

namespace Shoal.Engine.Peers;

// A peer that asks slowly and far ahead is not listened to at every request: the receive loop pauses, requests gather
// below it, and all of them are read and served together (RequestRhythm.cs tells of whom and for how long).
//
//   actor:  what waits and how fast it is taken ──▶ _waiting, _takenPerSecond ──▶ receive loop: rhythm, pause, receive
internal sealed partial class PeerLink
{
    // The least round trip changes when a route does.
    private static readonly TimeSpan RoundTripAge = TimeSpan.FromSeconds(5);

    // In place of a number of requests: the peer is not served, or wants of us what must not wait.
    private const int NotServed = -1;

    // A run for a slow peer needs its memory for a moment only, unless the socket is full. So much of it may be in use
    // before runs are short again, 4 MiB: slow peers with full sockets are many.
    private const int MostLargeSlabs = 16;

    private readonly RequestRhythm _rhythm = new();
    private readonly AsyncSignal _pauseOver = new();
    private TimeSpan? _roundTrip;
    private TimeSpan _roundTripUntil;
    private bool _isQuiet;
    private bool _hasBytes;
    private int _waiting;
    private int _takenPerSecond;
    private bool _isPaced;

    /// <summary>Called by the actor when messages of the peer were dealt with, before they are answered.</summary>
    public void NoteRequests(PeerSession session)
    {
        // From who has something that we want every message counts.
        bool isServed = session.IsOnlyServed && !IsLimited;
        Volatile.Write(ref _takenPerSecond, (int)Math.Min(session.UploadRate, int.MaxValue));
        Volatile.Write(ref _waiting, isServed ? Math.Max(_waiting, session.WaitingUploads) : NotServed);
    }

    // What gathered in a pause goes out together.
    private bool TakesRunsAtOnce => Volatile.Read(ref _isPaced) && _buffers.LargeSend.Outstanding < MostLargeSlabs;

    private TimeSpan NextPause()
    {
        int waiting = Interlocked.Exchange(ref _waiting, 0);
        if (waiting == NotServed || !_actor.DownloadLimits.IsUnlimited) _rhythm.Forget();
        else _rhythm.Seen(waiting);
        TimeSpan pause = TimeSpan.Zero;
        if (_rhythm.Shown > 0 && !_fast) pause = _rhythm.NextPause(Volatile.Read(ref _takenPerSecond), RoundTrip());
        Volatile.Write(ref _isPaced, pause > TimeSpan.Zero);
        return pause;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PauseAsync(TimeSpan pause)
    {
        BeQuiet(true);
        int pulses = PulseClock.PulsesIn(pause);
        int late = RequestRhythm.LatePulses(pulses);
        await WaitAsync(pulses - late).ConfigureAwait(false);
        // The end of the connection ends one wait.
        if (Volatile.Read(ref _closed) != 0) return;
        int early = _connection.Available;
        await WaitAsync(late).ConfigureAwait(false);
        int all = _connection.Available;
        _rhythm.Paused(early, all - early);
        _hasBytes = all > 0;
    }

    private ValueTask WaitAsync(int pulses)
    {
        _actor.Pulse.RaiseAfter(_pauseOver, pulses);
        return _pauseOver.WaitAsync();
    }

    private void BeQuiet(bool isQuiet)
    {
        if (isQuiet == _isQuiet) return;
        _isQuiet = isQuiet;
        _connection.SetQuiet(isQuiet);
    }

    private TimeSpan? RoundTrip()
    {
        TimeSpan now = _actor.Now;
        if (now < _roundTripUntil) return _roundTrip;
        _roundTripUntil = now + RoundTripAge;
        return _roundTrip = _connection.RoundTrip;
    }
}
