namespace Shoal.Swarm.Picking;

/// <summary>Where one piece stands. Every piece is in exactly one state, and only the picker changes it.</summary>
/// <remarks>
/// <code>
///            selection       first request          last block in         good
///   Unwanted ----------- Missing -------------> Partial -------------> Checking -----> Have
///                         ^ ^ ^                    |  ^                   |  |         |
///                         | | '-- all taken back --'  '- some blocks bad -'  |         |
///                         | '--------------------- all bad ------------------'         |
///                         '--------------------- lost from disk -----------------------'
/// </code>
/// A piece with no block to transfer (all padding) goes from Missing straight to Checking. Deselecting a Partial or
/// Checking piece leaves it there, with nothing asked any more: what is on its way still arrives, and a file that is
/// selected again goes on where it was. It comes to rest in Unwanted instead of Missing. Every state but Checking can
/// also become Have at once, when a check of the disk finds the piece there.
/// </remarks>
internal enum PieceState : byte
{
    /// <summary>Not selected, and no block of it is asked for or received.</summary>
    Unwanted,

    /// <summary>Selected, and no block of it is asked for or received.</summary>
    Missing,

    /// <summary>Some block is received, asked for, or late.</summary>
    Partial,

    /// <summary>All blocks are received; the hash is not known yet.</summary>
    Checking,

    /// <summary>On disk and verified.</summary>
    Have,
}
