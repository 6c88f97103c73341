namespace Shoal.Engine.WebSeeds;

/// <summary>A stretch of content that lies in one file.</summary>
/// <param name="File">Number of the file among all of the torrent, padding included.</param>
/// <param name="First">Offset in the file of the first byte.</param>
/// <param name="Length">Number of bytes, 1 or more.</param>
internal readonly record struct WebSeedPart(int File, long First, long Length);
