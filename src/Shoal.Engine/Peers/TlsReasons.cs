using Shoal.Network;
using Shoal.Swarm;

namespace Shoal.Engine.Peers;

/// <summary>What people are told of a TLS handshake that failed.</summary>
internal static class TlsReasons
{
    /// <summary>The reason for a fault.</summary>
    public static DisconnectReason Of(TlsFault fault) => fault switch
    {
        TlsFault.UnknownName => DisconnectReason.UnknownTorrent,
        TlsFault.NoCertificate => DisconnectReason.CertificateMissing,
        TlsFault.Untrusted => DisconnectReason.CertificateUntrusted,
        TlsFault.Expired => DisconnectReason.CertificateExpired,
        TlsFault.Revoked => DisconnectReason.CertificateRevoked,
        TlsFault.WrongName => DisconnectReason.CertificateName,
        _ => DisconnectReason.TlsFailed,
    };
}
