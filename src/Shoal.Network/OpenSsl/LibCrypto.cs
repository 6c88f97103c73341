using System.Runtime.InteropServices;

namespace Shoal.Network.OpenSsl;

/// <summary>What is used of OpenSSL 3 beside TLS itself. Names are OpenSSL's own.</summary>
internal static unsafe partial class LibCrypto
{
    public const string Library = "libcrypto.so.3";

    // openssl/bio.h
    public const int BioSourceSink = 0x0400;
    public const int BioControlFlush = 11;
    public const int BioRead = 1;
    public const int BioWrite = 2;
    public const int BioShouldRetry = 8;
    public const int BioRetryFlags = 0xf;

    // openssl/x509_vfy.h and x509v3.h
    public const int CertificateNotYetValid = 9;
    public const int CertificateHasExpired = 10;
    public const int PurposeClient = 1;
    public const int PurposeServer = 2;

    [LibraryImport(Library)]
    public static partial void ERR_clear_error();

    [LibraryImport(Library)]
    public static partial int BIO_get_new_index();

    [LibraryImport(Library)]
    public static partial nint BIO_meth_new(int type, byte* name);

    [LibraryImport(Library)]
    public static partial int BIO_meth_set_read(nint method, delegate* unmanaged<nint, byte*, int, int> callback);

    [LibraryImport(Library)]
    public static partial int BIO_meth_set_write(nint method, delegate* unmanaged<nint, byte*, int, int> callback);

    [LibraryImport(Library)]
    public static partial int BIO_meth_set_ctrl(
        nint method, delegate* unmanaged<nint, int, CLong, nint, CLong> callback);

    [LibraryImport(Library)]
    public static partial nint BIO_new(nint method);

    [LibraryImport(Library)]
    public static partial void BIO_set_init(nint bio, int isReady);

    [LibraryImport(Library)]
    public static partial void BIO_set_data(nint bio, void* data);

    [LibraryImport(Library)]
    public static partial void* BIO_get_data(nint bio);

    [LibraryImport(Library)]
    public static partial void BIO_set_flags(nint bio, int flags);

    [LibraryImport(Library)]
    public static partial void BIO_clear_flags(nint bio, int flags);

    [LibraryImport(Library)]
    public static partial nint d2i_X509(nint* certificate, byte** bytes, CLong length);

    [LibraryImport(Library)]
    public static partial int i2d_X509(nint certificate, byte** bytes);

    [LibraryImport(Library)]
    public static partial void X509_free(nint certificate);

    [LibraryImport(Library)]
    public static partial nint d2i_AutoPrivateKey(nint* key, byte** bytes, CLong length);

    [LibraryImport(Library)]
    public static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Library)]
    public static partial nint X509_STORE_new();

    [LibraryImport(Library)]
    public static partial void X509_STORE_free(nint store);

    [LibraryImport(Library)]
    public static partial int X509_STORE_add_cert(nint store, nint certificate);

    [LibraryImport(Library)]
    public static partial nint X509_STORE_CTX_new();

    [LibraryImport(Library)]
    public static partial void X509_STORE_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int X509_STORE_CTX_init(nint context, nint store, nint certificate, nint others);

    [LibraryImport(Library)]
    public static partial int X509_STORE_CTX_set_purpose(nint context, int purpose);

    [LibraryImport(Library)]
    public static partial int X509_STORE_CTX_get_error(nint context);

    [LibraryImport(Library)]
    public static partial int X509_verify_cert(nint context);

    [LibraryImport(Library)]
    public static partial nint X509_STORE_CTX_get0_chain(nint context);

    [LibraryImport(Library)]
    public static partial nint OPENSSL_sk_new_null();

    [LibraryImport(Library)]
    public static partial int OPENSSL_sk_push(nint stack, nint item);

    [LibraryImport(Library)]
    public static partial void OPENSSL_sk_free(nint stack);

    [LibraryImport(Library)]
    public static partial int OPENSSL_sk_num(nint stack);

    [LibraryImport(Library)]
    public static partial nint OPENSSL_sk_value(nint stack, int index);
}
