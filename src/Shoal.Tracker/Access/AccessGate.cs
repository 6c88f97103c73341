using Shoal.Protocol;
using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Access;

/// <summary>Decides by the mode of the tracker who is served. Any thread may ask.</summary>
/// <param name="mode">Whom the tracker serves.</param>
/// <param name="registry">The torrents of a listed tracker.</param>
/// <param name="keys">The keys of this node; null without a data folder.</param>
/// <param name="time">The clock by which keys end.</param>
/// <param name="shared">The keys of all nodes; null where there is but one.</param>
internal sealed class AccessGate(
    TrackerMode mode, ITorrentRegistry? registry, IKeyStore? keys, TimeProvider time, IKeyStore? shared = null)
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
        DateTimeOffset date = time.GetUtcNow();
        KeyStatus status = keys?.Check(key, date) ?? KeyStatus.Unknown;
        if (status != KeyStatus.Valid && shared?.Check(key, date) is { } other and not KeyStatus.Unknown)
            status = other;
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
