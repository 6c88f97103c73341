namespace Shoal.Tracker;

/// <summary>
/// A key of a private tracker, as far as the tracker knows it: the key itself is shown once and not kept.
/// </summary>
/// <param name="Id">A short name, by which the key is listed and revoked; it opens nothing.</param>
/// <param name="Label">What its maker wrote down about it, such as for whom it is; may be empty.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Expires">When it ends; null for never.</param>
public sealed record TrackerKey(string Id, string Label, DateTimeOffset Created, DateTimeOffset? Expires);
