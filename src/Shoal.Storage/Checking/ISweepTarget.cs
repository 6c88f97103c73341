using Shoal.Protocol;

namespace Shoal.Storage.Checking;

/// <summary>Takes the hashes of a sweep. It is called on several threads at once, for different pieces.</summary>
internal interface ISweepTarget
{
    /// <summary>True when the piece need not be read; what is to be said of it is said here.</summary>
    bool Skips(PieceIndex piece);

    /// <summary>All bytes of a piece are hashed. The hasher is only valid within the call.</summary>
    void OnHashed(PieceIndex piece, PieceHasher hasher);

    /// <summary>A piece could not be read. False ends the sweep.</summary>
    bool OnError(PieceIndex piece, StorageError error);
}
