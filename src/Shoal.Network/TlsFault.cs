namespace Shoal.Network;

/// <summary>Why a TLS handshake with a peer failed.</summary>
public enum TlsFault
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>The other side ended it, refused us, or does not speak TLS 1.3.</summary>
    Broken,

    /// <summary>The other side asked for a name that nobody answers to here, or for none.</summary>
    UnknownName,

    /// <summary>The other side has shown no certificate.</summary>
    NoCertificate,

    /// <summary>The certificate is not the authority's: of another one, of nobody, or of a peer itself.</summary>
    Untrusted,

    /// <summary>The certificate's time is over or has not come.</summary>
    Expired,

    /// <summary>The authority has taken the certificate back.</summary>
    Revoked,

    /// <summary>The certificate is for another torrent.</summary>
    WrongName,
}
