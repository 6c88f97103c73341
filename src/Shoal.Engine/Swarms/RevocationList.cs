using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Engine.Swarms;

/// <summary>
/// The certificates that an authority has taken back, as it has signed them: an X.509 certificate revocation list
/// (<see href="https://www.rfc-editor.org/rfc/rfc5280#section-5">RFC 5280</see>) with a number that grows.
/// </summary>
/// <remarks>
/// <code>
///   SEQUENCE { list SEQUENCE { version, signature, issuer, thisUpdate, nextUpdate?,
///                              SEQUENCE OF { serial, date, extensions? }?, [0] extensions? },
///              algorithm, signature BIT STRING }
/// </code>
/// </remarks>
internal sealed class RevocationList
{
    /// <summary>Bytes of a list: some 1,500 members that were revoked. It goes in one extension message.</summary>
    public const int MaxBytes = 64 * 1024;

    private const string CrlNumber = "2.5.29.20";

    private readonly HashSet<string> _serials;

    private RevocationList(ReadOnlyMemory<byte> bytes, BigInteger number, HashSet<string> serials)
    {
        Bytes = bytes;
        Number = number;
        _serials = serials;
    }

    /// <summary>Nobody is revoked, and any list is newer.</summary>
    public static RevocationList Empty { get; } = new(default, BigInteger.MinusOne, []);

    /// <summary>The list as it was signed; empty for <see cref="Empty"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Its number; of two lists the one with the larger number holds.</summary>
    public BigInteger Number { get; }

    /// <summary>True when a certificate was taken back.</summary>
    public bool Contains(X509Certificate2 certificate) =>
        _serials.Count > 0 && _serials.Contains(certificate.SerialNumber);

    /// <summary>Reads a list and proves that the authority has signed it.</summary>
    public static bool TryRead(
        ReadOnlyMemory<byte> bytes, X509Certificate2 authority, [NotNullWhen(true)] out RevocationList? list)
    {
        list = null;
        if (bytes.Length is 0 or > MaxBytes) return false;
        try
        {
            AsnReader outer = new AsnReader(bytes, AsnEncodingRules.DER).ReadSequence();
            ReadOnlyMemory<byte> signed = outer.ReadEncodedValue();
            AsnReader algorithm = outer.ReadSequence();
            byte[] signature = outer.ReadBitString(out _);
            if (!IsSigned(authority, algorithm.ReadObjectIdentifier(), signed.Span, signature)) return false;
            list = Parse(bytes, new AsnReader(signed, AsnEncodingRules.DER).ReadSequence());
            return true;
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    private static RevocationList Parse(ReadOnlyMemory<byte> bytes, AsnReader reader)
    {
        if (reader.PeekTag() == Asn1Tag.Integer) reader.ReadInteger();
        reader.ReadSequence();
        reader.ReadSequence();
        reader.ReadEncodedValue();
        if (reader.HasData && reader.PeekTag().TagValue is (int)UniversalTagNumber.UtcTime
            or (int)UniversalTagNumber.GeneralizedTime) reader.ReadEncodedValue();
        var serials = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (reader.HasData && reader.PeekTag() == Asn1Tag.Sequence)
        {
            AsnReader entries = reader.ReadSequence();
            while (entries.HasData)
                serials.Add(Convert.ToHexString(entries.ReadSequence().ReadIntegerBytes().Span));
        }
        return new RevocationList(bytes.ToArray(), NumberIn(reader), serials);
    }

    private static BigInteger NumberIn(AsnReader reader)
    {
        var extensionsTag = new Asn1Tag(TagClass.ContextSpecific, 0, isConstructed: true);
        if (!reader.HasData || !reader.PeekTag().HasSameClassAndValue(extensionsTag)) return BigInteger.Zero;
        AsnReader extensions = reader.ReadSequence(extensionsTag).ReadSequence();
        while (extensions.HasData)
        {
            AsnReader extension = extensions.ReadSequence();
            string name = extension.ReadObjectIdentifier();
            if (extension.PeekTag() == Asn1Tag.Boolean) extension.ReadBoolean();
            byte[] value = extension.ReadOctetString();
            if (name == CrlNumber) return new AsnReader(value, AsnEncodingRules.DER).ReadInteger();
        }
        return BigInteger.Zero;
    }

    // What Shoal signs with, and what OpenSSL signs with when it is told nothing else.
    private static bool IsSigned(
        X509Certificate2 authority, string algorithm, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        if (algorithm == "1.2.840.10045.4.3.2")
        {
            using ECDsa? key = authority.GetECDsaPublicKey();
            return key?.VerifyData(
                signed, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) ?? false;
        }
        if (algorithm != "1.2.840.113549.1.1.11") return false;
        using RSA? rsa = authority.GetRSAPublicKey();
        return rsa?.VerifyData(signed, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1) ?? false;
    }
}
