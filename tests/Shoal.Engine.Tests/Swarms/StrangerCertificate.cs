using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>What somebody shows who is no member.</summary>
internal static class StrangerCertificate
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    /// <summary>A certificate with its key; null for who has nothing to show.</summary>
    public static X509Certificate2? Make(SwarmRig rig, string who)
    {
        if (who == "nothing to show") return null;
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=*", key, HashAlgorithmName.SHA256);
        if (who == "signed by itself") return request.CreateSelfSigned(Now.AddHours(-1), Now.AddDays(1));
        using X509Certificate2 authority = rig.AuthorityCertificate();
        if (who == "for another torrent")
        {
            var other = new CertificateRequest("CN=another plan", key, HashAlgorithmName.SHA256);
            using X509Certificate2 signed = other.Create(authority, authority.NotBefore, Now.AddDays(1), [1, 2, 3]);
            return signed.CopyWithPrivateKey(key);
        }
        using ECDsa otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var twin = new CertificateRequest(authority.SubjectName, otherKey, HashAlgorithmName.SHA256);
        twin.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, critical: true));
        using X509Certificate2 fake = twin.CreateSelfSigned(Now.AddHours(-1), Now.AddDays(2));
        using X509Certificate2 forged = request.Create(fake, Now.AddMinutes(-30), Now.AddDays(1), [1, 2, 3]);
        return forged.CopyWithPrivateKey(key);
    }
}
