using System.Runtime.InteropServices;

namespace Shoal.Network.OpenSsl;

/// <summary>
/// What is used of OpenSSL 3's TLS (<see href="https://docs.openssl.org/3.0/man3/">manual</see>), which the runtime
/// needs on Linux anyway. Names are OpenSSL's own.
/// </summary>
internal static unsafe partial class LibSsl
{
    public const string Library = "libssl.so.3";

    // openssl/ssl.h
    public const int ErrorWantRead = 2;
    public const int ErrorWantWrite = 3;
    public const int ErrorZeroReturn = 6;
    public const int ErrorWantClientHello = 11;
    public const int VerifyPeer = 1;
    public const int ClientHelloRetry = -1;
    public const int ControlExtraChainCertificate = 14;
    public const int ControlMode = 33;
    public const int ControlSessionCacheMode = 44;
    public const int ControlServerName = 55;
    public const int ControlMinVersion = 123;
    public const int ControlMaxVersion = 124;
    public const int ModeMovingWriteBuffer = 2;
    public const int ModeReleaseBuffers = 16;
    public const int Tls13 = 0x0304;
    public const ulong InitNoAtExit = 0x0008_0000;

    // RFC 6066, section 3.
    public const uint ServerNameExtension = 0;

    [LibraryImport(Library)]
    public static partial int OPENSSL_init_ssl(ulong options, nint settings);

    [LibraryImport(Library)]
    public static partial nint TLS_method();

    [LibraryImport(Library)]
    public static partial nint SSL_CTX_new(nint method);

    [LibraryImport(Library)]
    public static partial void SSL_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial nint SSL_CTX_ctrl(nint context, int command, nint number, nint pointer);

    [LibraryImport(Library)]
    public static partial int SSL_CTX_set_ciphersuites(nint context, byte* names);

    [LibraryImport(Library)]
    public static partial int SSL_CTX_use_certificate(nint context, nint certificate);

    [LibraryImport(Library)]
    public static partial int SSL_CTX_use_PrivateKey(nint context, nint key);

    [LibraryImport(Library)]
    public static partial void SSL_CTX_set_verify(nint context, int mode, nint callback);

    [LibraryImport(Library)]
    public static partial void SSL_CTX_set_cert_verify_callback(
        nint context, delegate* unmanaged<nint, nint, int> callback, nint argument);

    [LibraryImport(Library)]
    public static partial int SSL_CTX_set_session_id_context(nint context, byte* id, uint length);

    [LibraryImport(Library)]
    public static partial void SSL_CTX_set_client_hello_cb(
        nint context, delegate* unmanaged<nint, int*, nint, int> callback, nint argument);

    [LibraryImport(Library)]
    public static partial int SSL_client_hello_get0_ext(nint ssl, uint type, byte** bytes, nuint* length);

    [LibraryImport(Library)]
    public static partial nint SSL_new(nint context);

    [LibraryImport(Library)]
    public static partial void SSL_free(nint ssl);

    [LibraryImport(Library)]
    public static partial void SSL_set_bio(nint ssl, nint read, nint write);

    [LibraryImport(Library)]
    public static partial nint SSL_get_rbio(nint ssl);

    [LibraryImport(Library)]
    public static partial nint SSL_set_SSL_CTX(nint ssl, nint context);

    [LibraryImport(Library)]
    public static partial void SSL_set_connect_state(nint ssl);

    [LibraryImport(Library)]
    public static partial void SSL_set_accept_state(nint ssl);

    [LibraryImport(Library)]
    public static partial nint SSL_ctrl(nint ssl, int command, nint number, nint pointer);

    [LibraryImport(Library)]
    public static partial int SSL_do_handshake(nint ssl);

    [LibraryImport(Library)]
    public static partial int SSL_read(nint ssl, byte* bytes, int count);

    [LibraryImport(Library)]
    public static partial int SSL_peek(nint ssl, byte* bytes, int count);

    [LibraryImport(Library)]
    public static partial int SSL_write(nint ssl, byte* bytes, int count);

    [LibraryImport(Library)]
    public static partial int SSL_get_error(nint ssl, int result);

    [LibraryImport(Library)]
    public static partial nint SSL_get1_peer_certificate(nint ssl);

    [LibraryImport(Library)]
    public static partial nint SSL_get_peer_cert_chain(nint ssl);

    [LibraryImport(Library)]
    public static partial nint SSL_get1_session(nint ssl);

    [LibraryImport(Library)]
    public static partial int SSL_set_session(nint ssl, nint session);

    [LibraryImport(Library)]
    public static partial int SSL_session_reused(nint ssl);

    [LibraryImport(Library)]
    public static partial int SSL_SESSION_is_resumable(nint session);

    [LibraryImport(Library)]
    public static partial void SSL_SESSION_free(nint session);

    [LibraryImport(Library)]
    public static partial int i2d_SSL_SESSION(nint session, byte** bytes);

    [LibraryImport(Library)]
    public static partial nint d2i_SSL_SESSION(nint* session, byte** bytes, CLong length);
}
