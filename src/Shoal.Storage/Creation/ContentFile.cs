using System.Collections.Immutable;

namespace Shoal.Storage.Creation;

/// <summary>A file that is to become part of a torrent, as it was when it was found.</summary>
/// <param name="Path">Path elements below the shared folder; of a single file, its name.</param>
/// <param name="FullPath">Absolute path on disk.</param>
/// <param name="Length">Number of bytes.</param>
/// <param name="Modified">Time of the last write in UTC ticks, to notice a change.</param>
/// <param name="IsExecutable">True when its owner may run it.</param>
public sealed record ContentFile(
    ImmutableArray<string> Path, string FullPath, long Length, long Modified, bool IsExecutable);
