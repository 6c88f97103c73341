using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Engine.Swarms;

/// <summary>
/// Makes the certificates of private swarms. Keys are on the curve P-256: small, fast, and known everywhere.
/// </summary>
internal static class SwarmCertificates
{
    private const int SerialBytes = 16;

    // So that a clock that is a little behind does not find a new certificate to be of the future.
    private static readonly TimeSpan ClockSlack = TimeSpan.FromHours(1);

    /// <summary>A certificate for itself, which signs others and lists, with its key.</summary>
    public static X509Certificate2 MakeAuthority(string name, DateTimeOffset now, TimeSpan life)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // With more than a common name no member can have the same whole name, which would pass for signing itself.
        var request = new CertificateRequest(NameOf(name, "Private swarm"), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - ClockSlack, now + life);
    }

    /// <summary>A member's certificate with its key, good for every torrent of the swarm, and for hosts.</summary>
    public static X509Certificate2 MakeMember(
        X509Certificate2 authority,
        string who,
        DateTimeOffset now,
        DateTimeOffset expires,
        IReadOnlyList<string> hosts)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(NameOf(who), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        // Every member calls and is called.
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("*");
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address)) names.AddIpAddress(address);
            else names.AddDnsName(host);
        }
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        byte[] serial = RandomNumberGenerator.GetBytes(SerialBytes);
        // A positive number without zeros in front, so that it reads the same everywhere.
        serial[0] = (byte)(serial[0] & 0x7f | 0x40);
        DateTimeOffset start = now - ClockSlack > authority.NotBefore ? now - ClockSlack : authority.NotBefore;
        DateTimeOffset end = expires < authority.NotAfter ? expires : authority.NotAfter;
        using X509Certificate2 signed = request.Create(authority, start, end, serial);
        return signed.CopyWithPrivateKey(key);
    }

    /// <summary>A certificate with its key in the form that TLS takes it, to be shared between connections.</summary>
    public static SslStreamCertificateContext ContextOf(X509Certificate2 certificate)
    {
        // Windows takes no key for TLS that it has not loaded from a file's form.
        if (OperatingSystem.IsWindows())
            certificate = X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
        return SslStreamCertificateContext.Create(certificate, null, offline: true);
    }

    private static X500DistinguishedName NameOf(string name, string? organization = null)
    {
        var builder = new X500DistinguishedNameBuilder();
        if (organization is not null) builder.AddOrganizationName(organization);
        builder.AddCommonName(name);
        return builder.Build();
    }
}
