using StackExchange.Redis;

namespace Shoal.Tracker.Redis;

/// <summary>The way to Redis, as far as the store needs it.</summary>
internal interface IRedisLink : IAsyncDisposable
{
    /// <summary>Runs a script.</summary>
    /// <param name="script">One that <see cref="PrepareAsync"/> has made known.</param>
    /// <param name="key">Its only key.</param>
    /// <param name="arguments">What it knows as ARGV.</param>
    /// <returns>Its result; null when Redis could not be reached in time.</returns>
    Task<RedisResult?> RunAsync(RedisScript script, RedisKey key, RedisValue[] arguments);

    /// <summary>Makes scripts known to Redis, which forgets them when it starts anew.</summary>
    /// <returns>False when it cannot be reached.</returns>
    Task<bool> PrepareAsync(IReadOnlyList<RedisScript> scripts);

    /// <summary>Keeps a value under a name unless there is one, and tells which is there.</summary>
    /// <param name="name">Where nodes look for it.</param>
    /// <param name="value">What this node would have it be.</param>
    /// <param name="lifetime">After this time it is forgotten, counted from the last call; null for never.</param>
    /// <returns>The value, and true when it is the given one; null when Redis cannot be reached.</returns>
    Task<(byte[] Value, bool IsNew)?> AgreeAsync(string name, byte[] value, TimeSpan? lifetime);
}
