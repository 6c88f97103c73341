namespace Shoal.Protocol.Magnets;

/// <summary>Files numbered from 0, both ends in the range.</summary>
/// <param name="First">The first file.</param>
/// <param name="Last">The last file, which may be beyond those that the torrent has.</param>
public readonly record struct FileRange(int First, int Last)
{
    /// <summary>True when the file is in the range.</summary>
    public bool Contains(int file) => file >= First && file <= Last;
}
