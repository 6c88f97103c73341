using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Shoal.Network.OpenSsl;

/// <summary>
/// What connections of one kind have in common: for a party its certificate and key, its authority, and the sessions
/// that its calls can resume; or nothing, for those that have not named a party yet.
/// </summary>
internal sealed unsafe class SslContext : SafeHandle
{
    // Twice 128 bits would take a tenth more of the cipher's time and protect nothing better that is here.
    private const string Ciphers = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

    private static readonly ConditionalWeakTable<TlsParty, SslContext> Parties = [];

    private nint _store;

    public SslContext()
        : base(0, ownsHandle: true)
    {
        SetHandle(LibSsl.SSL_CTX_new(LibSsl.TLS_method()));
        NativeResult.Require(!IsInvalid);
        LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlMinVersion, LibSsl.Tls13, 0);
        LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlMaxVersion, LibSsl.Tls13, 0);
        // Sessions of those who call us are in their tickets, those of our calls in SslSessions.
        LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlSessionCacheMode, 0, 0);
        LibSsl.SSL_CTX_ctrl(
            handle, LibSsl.ControlMode, LibSsl.ModeMovingWriteBuffer | LibSsl.ModeReleaseBuffers, 0);
        fixed (byte* ciphers = Encoding.ASCII.GetBytes(Ciphers + "\0"))
            NativeResult.Require(LibSsl.SSL_CTX_set_ciphersuites(handle, ciphers) == 1);
        // Certificates are judged when the handshake is over, as a resumed one brings them without asking.
        LibSsl.SSL_CTX_set_verify(handle, LibSsl.VerifyPeer, 0);
        LibSsl.SSL_CTX_set_cert_verify_callback(handle, &Accept, 0);
    }

    /// <summary>For those that call us, until they have named somebody.</summary>
    public static SslContext Reception { get; } = MakeReception();

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>Sessions that our calls can resume.</summary>
    public SslSessions Sessions { get; } = new();

    /// <summary>The context of a party, made at its first connection.</summary>
    public static SslContext Of(TlsParty party) => Parties.GetValue(party, static p => MakeParty(p));

    /// <summary>Builds the chain from a certificate to the authority, and judges that.</summary>
    /// <param name="certificate">The X509 of the other side.</param>
    /// <param name="others">What it has sent along, or 0.</param>
    /// <param name="isServer">True when we were called.</param>
    /// <param name="between">What the chain has between the two; empty for a fault.</param>
    public TlsFault Judge(nint certificate, nint others, bool isServer, out byte[][] between)
    {
        between = [];
        nint context = LibCrypto.X509_STORE_CTX_new();
        try
        {
            NativeResult.Require(LibCrypto.X509_STORE_CTX_init(context, _store, certificate, others) == 1);
            int purpose = isServer ? LibCrypto.PurposeClient : LibCrypto.PurposeServer;
            NativeResult.Require(LibCrypto.X509_STORE_CTX_set_purpose(context, purpose) == 1);
            if (LibCrypto.X509_verify_cert(context) == 1)
            {
                between = Between(LibCrypto.X509_STORE_CTX_get0_chain(context));
                return TlsFault.None;
            }
            return LibCrypto.X509_STORE_CTX_get_error(context)
                is LibCrypto.CertificateHasExpired or LibCrypto.CertificateNotYetValid
                ? TlsFault.Expired
                : TlsFault.Untrusted;
        }
        finally
        {
            LibCrypto.X509_STORE_CTX_free(context);
            LibCrypto.ERR_clear_error();
        }
    }

    /// <summary>As the other, for a resumed session, which has brought no certificate but the member's own.</summary>
    public TlsFault JudgeResumed(nint certificate, bool isServer, KeptIntermediates kept)
    {
        nint others = LibCrypto.OPENSSL_sk_new_null();
        try
        {
            foreach (X509Certificate2 each in kept.All())
            {
                nint parsed = Parse(each.RawData);
                if (LibCrypto.OPENSSL_sk_push(others, parsed) == 0) LibCrypto.X509_free(parsed);
            }
            return Judge(certificate, others, isServer, out _);
        }
        finally
        {
            for (int i = 0; i < LibCrypto.OPENSSL_sk_num(others); i++)
                LibCrypto.X509_free(LibCrypto.OPENSSL_sk_value(others, i));
            LibCrypto.OPENSSL_sk_free(others);
        }
    }

    /// <summary>The bytes of an X509.</summary>
    public static byte[] ToDer(nint certificate)
    {
        byte[] der = new byte[LibCrypto.i2d_X509(certificate, null)];
        fixed (byte* first = der)
        {
            byte* at = first;
            NativeResult.Require(LibCrypto.i2d_X509(certificate, &at) == der.Length);
        }
        return der;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_CTX_free(handle);
        if (_store != 0) LibCrypto.X509_STORE_free(_store);
        return true;
    }

    private static SslContext MakeReception()
    {
        var context = new SslContext();
        LibSsl.SSL_CTX_set_client_hello_cb(context.handle, &SslWire.KeepName, 0);
        return context;
    }

    private static SslContext MakeParty(TlsParty party)
    {
        var context = new SslContext();
        context.Use(party.Own);
        byte[] authority = party.Authority.RawData;
        nint root = Parse(authority);
        context._store = LibCrypto.X509_STORE_new();
        NativeResult.Require(LibCrypto.X509_STORE_add_cert(context._store, root) == 1);
        LibCrypto.X509_free(root);
        // A ticket of one swarm is none of another's, whoever issued both.
        fixed (byte* id = SHA256.HashData(authority))
        {
            NativeResult.Require(
                LibSsl.SSL_CTX_set_session_id_context(context.handle, id, SHA256.HashSizeInBytes) == 1);
        }
        return context;
    }

    private void Use(SslStreamCertificateContext own)
    {
        nint certificate = Parse(own.TargetCertificate.RawData);
        NativeResult.Require(LibSsl.SSL_CTX_use_certificate(handle, certificate) == 1);
        LibCrypto.X509_free(certificate);
        using AsymmetricAlgorithm? key = (AsymmetricAlgorithm?)own.TargetCertificate.GetECDsaPrivateKey()
            ?? own.TargetCertificate.GetRSAPrivateKey();
        byte[] der = key?.ExportPkcs8PrivateKey()
            ?? throw new CryptographicException("A certificate without its key.");
        fixed (byte* first = der)
        {
            byte* at = first;
            nint native = LibCrypto.d2i_AutoPrivateKey(null, &at, new CLong(der.Length));
            CryptographicOperations.ZeroMemory(der);
            NativeResult.Require(native != 0 && LibSsl.SSL_CTX_use_PrivateKey(handle, native) == 1);
            LibCrypto.EVP_PKEY_free(native);
        }
        foreach (X509Certificate2 between in own.IntermediateCertificates)
        {
            // The context owns it then.
            nint parsed = Parse(between.RawData);
            NativeResult.Require(
                LibSsl.SSL_CTX_ctrl(handle, LibSsl.ControlExtraChainCertificate, 0, parsed) == 1);
        }
    }

    private static byte[][] Between(nint chain)
    {
        int count = Math.Max(0, LibCrypto.OPENSSL_sk_num(chain) - 2);
        byte[][] between = new byte[count][];
        for (int i = 0; i < count; i++) between[i] = ToDer(LibCrypto.OPENSSL_sk_value(chain, i + 1));
        return between;
    }

    private static nint Parse(byte[] der)
    {
        fixed (byte* first = der)
        {
            byte* at = first;
            nint certificate = LibCrypto.d2i_X509(null, &at, new CLong(der.Length));
            NativeResult.Require(certificate != 0);
            return certificate;
        }
    }

    [UnmanagedCallersOnly]
    private static int Accept(nint store, nint argument) => 1;
}
