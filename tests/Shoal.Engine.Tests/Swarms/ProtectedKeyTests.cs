using System.Formats.Asn1;
using System.Security.Cryptography;
using Shoal.Engine.Swarms;

namespace Shoal.Engine.Tests.Swarms;

public sealed class ProtectedKeyTests
{
    private const string Passphrase = "gr\u00fcn and not to be guessed";

    private static readonly byte[] Plain = MakeKey();

    [Theory]
    [InlineData(PbeEncryptionAlgorithm.Aes128Cbc, "SHA1")]
    [InlineData(PbeEncryptionAlgorithm.Aes192Cbc, "SHA256")]
    [InlineData(PbeEncryptionAlgorithm.Aes256Cbc, "SHA384")]
    [InlineData(PbeEncryptionAlgorithm.Aes256Cbc, "SHA512")]
    public void What_the_platform_protects_is_opened(PbeEncryptionAlgorithm cipher, string hash) =>
        Assert.Equal(Plain, ProtectedKey.Open(Protect(cipher, new HashAlgorithmName(hash)), Passphrase));

    [Fact]
    public void Another_passphrase_does_not_open_it()
    {
        byte[] der = Protect(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256);
        byte[]? opened = null;
        // A wrong key passes for a right end of the last block once in some 250 times; what comes out is no key then.
        try
        {
            opened = ProtectedKey.Open(der, Passphrase + "?");
        }
        catch (CryptographicException)
        {
            return;
        }
        Assert.NotEqual(Plain, opened);
    }

    [Fact]
    public void What_is_protected_in_another_way_is_left_to_the_platform() =>
        Assert.Null(ProtectedKey.Open(
            Protect(PbeEncryptionAlgorithm.TripleDes3KeyPkcs12, HashAlgorithmName.SHA1), Passphrase));

    [Fact]
    public void Cut_anywhere_it_does_not_open()
    {
        byte[] der = Protect(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256);
        for (int i = 0; i < der.Length; i++)
            Assert.Throws<CryptographicException>(() => ProtectedKey.Open(der.AsMemory(0, i), Passphrase));
    }

    [Fact]
    public void With_any_byte_changed_it_is_opened_or_refused_and_nothing_else()
    {
        byte[] der = Protect(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256);
        for (int i = 0; i < der.Length; i++)
        {
            byte[] changed = [.. der];
            // The top bit of each byte: no change makes the rounds many.
            changed[i] ^= 0x80;
            Exception? refused = Record.Exception(() => ProtectedKey.Open(changed, Passphrase));
            Assert.True(refused is null or CryptographicException, $"{i}: {refused}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(ProtectedKey.MaxRounds + 1)]
    [InlineData(int.MaxValue + 1L)]
    public void No_rounds_and_more_than_anybody_needs_are_refused_before_the_first(long rounds) =>
        Assert.Throws<CryptographicException>(() => ProtectedKey.Open(WithRounds(rounds), Passphrase));

    private static byte[] Protect(PbeEncryptionAlgorithm cipher, HashAlgorithmName hash)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Plain, out _);
        return key.ExportEncryptedPkcs8PrivateKey(Passphrase, new PbeParameters(cipher, hash, 100));
    }

    private static byte[] MakeKey()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return key.ExportPkcs8PrivateKey();
    }

    private static byte[] WithRounds(long rounds)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.5.13");
                using (writer.PushSequence())
                {
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("1.2.840.113549.1.5.12");
                        using (writer.PushSequence())
                        {
                            writer.WriteOctetString(new byte[8]);
                            writer.WriteInteger(rounds);
                        }
                    }
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("2.16.840.1.101.3.4.1.42");
                        writer.WriteOctetString(new byte[16]);
                    }
                }
            }
            writer.WriteOctetString(new byte[32]);
        }
        return writer.Encode();
    }
}
