namespace Shoal.Protocol.Encryption;

/// <summary>How a stream can go on after an encrypted handshake, as bits of <c>crypto_provide</c>.</summary>
[Flags]
public enum MseMethods
{
    /// <summary>No way.</summary>
    None = 0,

    /// <summary>In the clear: only the handshake was hidden.</summary>
    Plaintext = 1,

    /// <summary>All of it encrypted with RC4.</summary>
    Rc4 = 2,
}
