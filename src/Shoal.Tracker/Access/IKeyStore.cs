namespace Shoal.Tracker.Access;

/// <summary>Keys of a private tracker. Any thread may use them.</summary>
internal interface IKeyStore
{
    /// <summary>The keys that there are, those past their time too, oldest first.</summary>
    IReadOnlyList<TrackerKey> Keys { get; }

    /// <summary>Makes a key, which is told this once.</summary>
    /// <exception cref="IOException">It cannot be kept.</exception>
    ValueTask<(TrackerKey Made, string Key)> CreateAsync(string label, DateTimeOffset now, DateTimeOffset? expires);

    /// <summary>Makes a key worthless; false when there is none of this id.</summary>
    /// <exception cref="IOException">It cannot be forgotten.</exception>
    ValueTask<bool> RevokeAsync(string idOrKey);

    /// <summary>Judges what came in a URL.</summary>
    KeyStatus Check(ReadOnlySpan<byte> key, DateTimeOffset now);
}
