namespace Shoal.Storage.Files;

/// <summary>What is known of a path without opening it.</summary>
/// <param name="Length">Number of bytes of a file, 0 for a folder.</param>
/// <param name="Modified">Time of the last write in UTC ticks; only compared for equality.</param>
/// <param name="IsFolder">True for a folder.</param>
public readonly record struct FileStat(long Length, long Modified, bool IsFolder);
