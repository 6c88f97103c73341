using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Shoal.Network.OpenSsl;

/// <summary>Asks whether OpenSSL did what it was told.</summary>
internal static class NativeResult
{
    /// <exception cref="CryptographicException">It did not.</exception>
    public static void Require([DoesNotReturnIf(false)] bool isDone)
    {
        if (!isDone) Throw();
    }

    [DoesNotReturn]
    private static void Throw()
    {
        LibCrypto.ERR_clear_error();
        throw new CryptographicException("OpenSSL refuses a certificate or its key, or has no memory.");
    }
}
