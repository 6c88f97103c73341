namespace Shoal.Storage.Checking;

/// <summary>What became of a piece.</summary>
public enum PieceOutcome
{
    /// <summary>All its bytes are on disk and hash right.</summary>
    Good,

    /// <summary>All its bytes are there, but they hash to something else.</summary>
    BadHash,

    /// <summary>All its bytes are on disk and hashed, but what they must hash to is not known yet.</summary>
    RootUnknown,

    /// <summary>Not all its bytes are on disk: files are missing or end too early. Only a check says so.</summary>
    Missing,

    /// <summary>The disk failed.</summary>
    DiskError,
}
