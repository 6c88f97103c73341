namespace Shoal.Swarm;

/// <summary>What became of a piece after all its blocks were stored.</summary>
public enum PieceResult
{
    /// <summary>It is on disk and hashes right.</summary>
    Good,

    /// <summary>It hashes to something else.</summary>
    Bad,

    /// <summary>
    /// It is on disk, but its hash is not known yet (a v2 magnet link whose piece layers are missing).
    /// </summary>
    HashUnknown,
}
