using StackExchange.Redis;

namespace Shoal.Tracker.Redis;

/// <summary>
/// A connection to Redis or Valkey, shared by all threads. It is made anew by itself when it is lost; meanwhile every
/// request fails at once.
/// </summary>
internal sealed class RedisLink : IRedisLink
{
    /// <summary>Time between attempts to connect anew.</summary>
    private const int RetryMilliseconds = 500;

    /// <summary>Time for one attempt.</summary>
    private const int ConnectMilliseconds = 2000;

    /// <summary>The version that brought HRANDFIELD, by which peers are chosen.</summary>
    private static readonly Version Least = new(6, 2);

    private readonly ConnectionMultiplexer _multiplexer;
    private readonly IDatabase _database;
    private readonly TimeSpan _limit;
    private readonly TimeProvider _time;

    private RedisLink(ConnectionMultiplexer multiplexer, TimeSpan limit, TimeProvider time)
    {
        (_multiplexer, _limit, _time) = (multiplexer, limit, time);
        _database = multiplexer.GetDatabase();
    }

    /// <summary>Connects.</summary>
    /// <param name="address">Host and port, and settings of the library behind commas.</param>
    /// <param name="limit">Time for a request before Redis counts as away.</param>
    /// <param name="time">The clock of that.</param>
    /// <exception cref="SharedStoreException">Redis cannot be reached, or is too old.</exception>
    public static async Task<RedisLink> OpenAsync(string address, TimeSpan limit, TimeProvider time)
    {
        ConfigurationOptions options = Read(address);
        options.AbortOnConnectFail = true;
        options.ConnectTimeout = ConnectMilliseconds;
        options.ReconnectRetryPolicy = new LinearRetry(RetryMilliseconds);
        options.ClientName = "shoal-tracker";
        try
        {
            ConnectionMultiplexer multiplexer = await ConnectionMultiplexer.ConnectAsync(options)
                .ConfigureAwait(false);
            // Answers are independent of each other, and may complete on many threads.
            multiplexer.PreserveAsyncOrder = false;
            foreach (IServer server in Masters(multiplexer))
            {
                if (server.Version >= Least) continue;
                string version = server.Version.ToString();
                multiplexer.Dispose();
                throw new SharedStoreException(
                    $"Redis at {Mask(address)} has version {version}; the tracker needs {Least}.", isAway: false);
            }
            return new RedisLink(multiplexer, limit, time);
        }
        catch (RedisConnectionException e)
        {
            throw new SharedStoreException(
                $"The tracker cannot reach Redis at {Mask(address)}; start it there, give its password if it has one, "
                + "or leave out --redis.", isAway: true, e);
        }
    }

    /// <inheritdoc/>
    public async Task<RedisResult?> RunAsync(RedisScript script, RedisKey key, RedisValue[] arguments)
    {
        try
        {
            return await _database.ScriptEvaluateAsync(script.Hash!, [key], arguments).WaitAsync(_limit, _time)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (IsAway(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> PrepareAsync(IReadOnlyList<RedisScript> scripts)
    {
        try
        {
            foreach (IServer server in Masters(_multiplexer))
                foreach (RedisScript script in scripts)
                    script.Hash = await server.ScriptLoadAsync(script.Text).WaitAsync(_limit, _time)
                        .ConfigureAwait(false);
            return scripts[0].Hash is not null;
        }
        catch (Exception e) when (IsAway(e))
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<(byte[] Value, bool IsNew)?> AgreeAsync(string name, byte[] value, TimeSpan? lifetime)
    {
        try
        {
            bool isNew = await _database.StringSetAsync(name, value, lifetime, When.NotExists).WaitAsync(_limit, _time)
                .ConfigureAwait(false);
            if (!isNew && lifetime is not null)
                await _database.KeyExpireAsync(name, lifetime).WaitAsync(_limit, _time).ConfigureAwait(false);
            byte[]? there = await _database.StringGetAsync(name).WaitAsync(_limit, _time).ConfigureAwait(false);
            return there is null ? null : (there, isNew);
        }
        catch (Exception e) when (IsAway(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _multiplexer.Close(allowCommandsToComplete: false);
        _multiplexer.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ConfigurationOptions Read(string address)
    {
        try
        {
            return ConfigurationOptions.Parse(address);
        }
        catch (ArgumentException e)
        {
            throw new SharedStoreException(
                $"Redis cannot be at '{Mask(address)}' with what follows: {e.Message}", isAway: false, e);
        }
    }

    // Everything that Redis or the way to it can do wrong: it starts (LOADING), has forgotten scripts (NOSCRIPT), is a
    // replica now (READONLY), is full (OOM). All of them pass, and until then it is as if it were not there.
    private static bool IsAway(Exception error) => error is RedisException or TimeoutException
        or TaskCanceledException or ObjectDisposedException;

    private static IEnumerable<IServer> Masters(ConnectionMultiplexer multiplexer)
    {
        foreach (System.Net.EndPoint endPoint in multiplexer.GetEndPoints())
        {
            IServer server = multiplexer.GetServer(endPoint);
            if (server.IsConnected && !server.IsSlave) yield return server;
        }
    }

    // What stands behind the first comma may be a password.
    private static string Mask(string address) => address.Split(',')[0];
}
