namespace Shoal.Tracker;

/// <summary>
/// The Redis that several nodes share cannot be reached, or does not fit this tracker: its version, or the interval or
/// secret that it holds.
/// </summary>
/// <param name="message">One sentence for people.</param>
/// <param name="isAway">See <see cref="IsAway"/>.</param>
/// <param name="inner">What the client of Redis said, if that was it.</param>
public sealed class SharedStoreException(string message, bool isAway, Exception? inner = null)
    : IOException(message, inner)
{
    /// <summary>True when it did not answer; false when another attempt would come to the same end.</summary>
    public bool IsAway { get; } = isAway;
}
