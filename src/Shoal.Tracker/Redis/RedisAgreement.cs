using System.Globalization;
using System.Text;

namespace Shoal.Tracker.Redis;

/// <summary>
/// Nodes at one Redis have to count generations alike, and so to have the same interval. The first one leaves it there,
/// and all of them keep it from ending.
/// </summary>
internal static class RedisAgreement
{
    /// <summary>Time after the last node has gone in which its interval still counts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(2);

    /// <summary>Says which period this node has.</summary>
    /// <exception cref="SharedStoreException">Other nodes have another one, or Redis went away.</exception>
    public static async Task OnPeriodAsync(IRedisLink link, TimeSpan period)
    {
        string mine = ((long)period.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        (byte[] value, _) = await link.AgreeAsync(RedisKeys.Period, Encoding.ASCII.GetBytes(mine), Lifetime)
            .ConfigureAwait(false) ?? throw WentAway();
        string theirs = Encoding.ASCII.GetString(value);
        if (theirs != mine)
            throw new SharedStoreException(
                $"The nodes at this Redis have an interval of {theirs} s and this one of {mine} s: start it with the "
                + "same --interval, or two minutes after the last of them has ended.", isAway: false);
    }

    /// <summary>Keeps the period of this node from ending.</summary>
    public static Task RenewAsync(IRedisLink link, TimeSpan period) => link.AgreeAsync(RedisKeys.Period,
        Encoding.ASCII.GetBytes(((long)period.TotalSeconds).ToString(CultureInfo.InvariantCulture)), Lifetime);

    /// <summary>What is said when Redis is lost between the first word and the last.</summary>
    public static SharedStoreException WentAway() =>
        new("Redis went away while the tracker started; start it again.", isAway: true);
}
