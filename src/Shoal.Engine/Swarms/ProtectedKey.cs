using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;

namespace Shoal.Engine.Swarms;

/// <summary>
/// Opens a private key that a passphrase protects, in the form that <c>shoal swarm invite</c> and openssl write: PBES2
/// with PBKDF2 and AES in CBC mode (RFC 8018, sections 6.2 and A; RFC 5958, section 3). The platform's own reader
/// derives the key in twice the processor time, a round at a time.
/// </summary>
/// <remarks>
/// <code>
///   EncryptedPrivateKeyInfo: { { PBES2, { { PBKDF2, { salt, rounds, length?, hash? } }, { cipher, IV } } }, bytes }
/// </code>
/// </remarks>
internal static class ProtectedKey
{
    /// <summary>
    /// Rounds at the most: sixteen times our own. A file that somebody hands out could otherwise keep us for hours.
    /// </summary>
    public const int MaxRounds = 10_000_000;

    private const string Pbes2 = "1.2.840.113549.1.5.13";
    private const string Pbkdf2 = "1.2.840.113549.1.5.12";

    private const int BlockBytes = 16;

    /// <summary>Opens it. Null when it is protected in another way, which the platform may know.</summary>
    /// <param name="der">The EncryptedPrivateKeyInfo.</param>
    /// <param name="passphrase">What opens it.</param>
    /// <returns>The PrivateKeyInfo, which the caller wipes.</returns>
    /// <exception cref="CryptographicException">
    /// The passphrase is another one, the file is damaged, or it asks for more rounds than anybody needs.
    /// </exception>
    public static byte[]? Open(ReadOnlyMemory<byte> der, string passphrase)
    {
        try
        {
            return Read(der) is { } envelope ? Decrypt(envelope, passphrase) : null;
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("The key is damaged.", e);
        }
    }

    private static Envelope? Read(ReadOnlyMemory<byte> der)
    {
        AsnReader info = new AsnReader(der, AsnEncodingRules.BER).ReadSequence();
        AsnReader algorithm = info.ReadSequence();
        byte[] bytes = info.ReadOctetString();
        if (algorithm.ReadObjectIdentifier() != Pbes2) return null;
        AsnReader parts = algorithm.ReadSequence();
        AsnReader derivation = parts.ReadSequence();
        AsnReader cipher = parts.ReadSequence();
        if (derivation.ReadObjectIdentifier() != Pbkdf2) return null;
        AsnReader derived = derivation.ReadSequence();
        // The salt may be named by an algorithm instead, which nobody does.
        if (!derived.PeekTag().HasSameClassAndValue(Asn1Tag.PrimitiveOctetString)) return null;
        byte[] salt = derived.ReadOctetString();
        if (!derived.TryReadInt32(out int rounds) || rounds is < 1 or > MaxRounds)
            throw new CryptographicException($"The key asks for more than {MaxRounds} rounds, or for none.");
        if (derived.HasData && derived.PeekTag() == Asn1Tag.Integer) derived.ReadInteger();
        // Left out it is SHA-1.
        HashAlgorithmName? hash = derived.HasData
            ? HashOf(derived.ReadSequence().ReadObjectIdentifier())
            : HashAlgorithmName.SHA1;
        int keyBytes = KeyBytesOf(cipher.ReadObjectIdentifier());
        if (hash is null || keyBytes == 0) return null;
        byte[] iv = cipher.ReadOctetString();
        if (iv.Length != BlockBytes) throw new CryptographicException("The key is damaged.");
        return new Envelope(salt, rounds, hash.Value, keyBytes, iv, bytes);
    }

    private static byte[] Decrypt(Envelope envelope, string passphrase)
    {
        byte[] secret = Encoding.UTF8.GetBytes(passphrase);
        byte[] key = new byte[envelope.KeyBytes];
        try
        {
            Rfc2898DeriveBytes.Pbkdf2(secret, envelope.Salt, key, envelope.Rounds, envelope.Hash);
            using var aes = Aes.Create();
            aes.Key = key;
            return aes.DecryptCbc(envelope.Bytes, envelope.Iv);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    // RFC 8018, appendix B.1.2.
    private static HashAlgorithmName? HashOf(string identifier) => identifier switch
    {
        "1.2.840.113549.2.7" => HashAlgorithmName.SHA1,
        "1.2.840.113549.2.9" => HashAlgorithmName.SHA256,
        "1.2.840.113549.2.10" => HashAlgorithmName.SHA384,
        "1.2.840.113549.2.11" => HashAlgorithmName.SHA512,
        _ => null,
    };

    // RFC 3565, section 4.1.
    private static int KeyBytesOf(string identifier) => identifier switch
    {
        "2.16.840.1.101.3.4.1.2" => 16,
        "2.16.840.1.101.3.4.1.22" => 24,
        "2.16.840.1.101.3.4.1.42" => 32,
        _ => 0,
    };

    private sealed record Envelope(
        byte[] Salt, int Rounds, HashAlgorithmName Hash, int KeyBytes, byte[] Iv, byte[] Bytes);
}
