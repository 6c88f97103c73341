namespace Shoal.Tracker.Redis;

/// <summary>A part of the tracker that keeps something in Redis, and can do without it for a while.</summary>
internal interface IRedisPart
{
    /// <summary>What it runs there.</summary>
    IReadOnlyList<RedisScript> Scripts { get; }

    /// <summary>Tells Redis, which is back, what happened meanwhile.</summary>
    /// <param name="isEmpty">True when Redis has lost everything, and is to be told all that this part knows.</param>
    /// <returns>How much it told; -1 when Redis went away again, and then there is another call.</returns>
    Task<long> ComeBackAsync(bool isEmpty);

    /// <summary>What it does now and then while Redis is there.</summary>
    Task TurnAsync();
}
