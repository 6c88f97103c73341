namespace Shoal.Engine;

/// <summary>
/// Whether connections to peers are hidden by message stream encryption, which keeps networks from recognising them.
/// It does not prove who a peer is; for that there are private swarms.
/// </summary>
public enum EncryptionPolicy
{
    /// <summary>
    /// Peers are called in the encrypted form first and, where that fails, in the clear; who calls may use either. Both
    /// forms of the stream after the handshake are offered, and in the clear is taken where both sides allow it.
    /// </summary>
    Preferred,

    /// <summary>Nothing is encrypted, and who begins so is refused.</summary>
    Off,

    /// <summary>Whole streams are encrypted with RC4, and who does not take part in it is refused.</summary>
    Required,
}
