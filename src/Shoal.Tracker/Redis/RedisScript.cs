using System.Text;
using Shoal.Tracker.Api;

namespace Shoal.Tracker.Redis;

/// <summary>A script that Redis runs as one indivisible step, and the hash by which it knows it.</summary>
/// <param name="name">The name of its file, without the ending.</param>
/// <param name="head">The figures that it knows by name, as lines before it.</param>
internal sealed class RedisScript(string name, string head)
{
    /// <summary>The script with its figures.</summary>
    public string Text { get; } = head + Encoding.UTF8.GetString(EmbeddedFile.Read($"Shoal.Tracker.Redis.{name}.lua"));

    /// <summary>What Redis calls it by; null before it was loaded.</summary>
    public byte[]? Hash { get; set; }
}
