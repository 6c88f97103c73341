using Shoal.Protocol;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Access;

/// <summary>Decides by the mode of the tracker who is served. Any thread may ask.</summary>
internal sealed class AccessGate(TrackerMode mode, ITorrentRegistry? registry, KeyRing? keys, TimeProvider time)
{
    /// <summary>
    /// Wrong keys that one host may send within a window before it is not listened to any more. A key has 128 bits, so
    /// this is not what keeps them from being guessed; it keeps those who try from costing much.
    /// </summary>
    private const int MaxWrongKeys = 20;

    private static readonly TimeSpan WrongKeyWindow = TimeSpan.FromMinutes(10);

    private readonly AttemptBudget _wrongKeys = new(MaxWrongKeys, WrongKeyWindow);

    /// <summary>True when a key is needed.</summary>
    public bool NeedsKey => mode == TrackerMode.Private;

    /// <summary>The keys of a private tracker; null without a data folder.</summary>
    public KeyRing? Keys => keys;

    /// <summary>Says whether one may announce.</summary>
    public RefusalReason Check(InfoHash torrent, ReadOnlySpan<byte> key, HostAddress from, TimeSpan now) => mode switch
    {
        TrackerMode.Open => RefusalReason.None,
        TrackerMode.Listed => registry!.IsRegistered(torrent) ? RefusalReason.None : RefusalReason.NotRegistered,
        _ => CheckKey(key, from, now),
    };

    /// <summary>Says whether one may scrape: whoever has a key, where one is needed.</summary>
    public RefusalReason CheckScrape(ReadOnlySpan<byte> key, HostAddress from, TimeSpan now) =>
        NeedsKey ? CheckKey(key, from, now) : RefusalReason.None;

    private RefusalReason CheckKey(ReadOnlySpan<byte> key, HostAddress from, TimeSpan now)
    {
        if (key.IsEmpty) return RefusalReason.KeyMissing;
        if (!_wrongKeys.HasLeft(from, now)) return RefusalReason.KeyGuessing;
        KeyStatus status = keys is null ? KeyStatus.Unknown : keys.Check(key, time.GetUtcNow());
        switch (status)
        {
            case KeyStatus.Valid:
                return RefusalReason.None;
            case KeyStatus.Expired:
                return RefusalReason.KeyExpired;
            default:
                _wrongKeys.TryTake(from, now);
                return RefusalReason.KeyUnknown;
        }
    }
}
