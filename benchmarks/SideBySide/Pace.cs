namespace Shoal.SideBySide;

/// <summary>Holds one connection to a rate.</summary>
/// <param name="rate">Bytes a second; null for no limit.</param>
internal sealed class Pace(int? rate)
{
    private readonly long _begin = TimeProvider.System.GetTimestamp();
    private TimeSpan _due;

    /// <summary>Waits as long as these bytes take. Time in which nothing was moved is not made up for.</summary>
    public async ValueTask AfterAsync(int bytes, CancellationToken cancel)
    {
        if (rate is not { } perSecond) return;
        TimeSpan now = TimeProvider.System.GetElapsedTime(_begin);
        _due = (_due > now ? _due : now) + TimeSpan.FromSeconds((double)bytes / perSecond);
        await Task.Delay(_due - now, cancel);
    }
}
