using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Network;

/// <summary>What one side shows and what it demands in TLS connections of one kind.</summary>
/// <param name="Own">Its certificate and key. Shared between connections, so that sessions can be resumed.</param>
/// <param name="Authority">Who must have signed the other side's certificate; nobody else counts.</param>
/// <param name="Name">
/// What the other side's certificate must be for, unless it is for anything (<c>*</c>); null demands the latter.
/// </param>
/// <param name="IsRevoked">Tells whether a certificate was taken back.</param>
public sealed record TlsParty(
    SslStreamCertificateContext Own,
    X509Certificate2 Authority,
    string? Name,
    Func<X509Certificate2, bool> IsRevoked)
{
    /// <summary>What members have shown beside their own certificates.</summary>
    internal KeptIntermediates Intermediates { get; } = new();

    /// <summary>Judges the other side's certificate, and whether it leads to the authority.</summary>
    /// <param name="certificate">What it has shown, or null.</param>
    /// <param name="chain">Its chain, built by <see cref="ChainPolicy"/>.</param>
    internal TlsFault Judge(X509Certificate2? certificate, X509Chain? chain)
    {
        if (certificate is null || chain is null) return TlsFault.NoCertificate;
        TlsFault fault = JudgeChain(chain);
        if (fault == TlsFault.Untrusted && Intermediates.All() is { Length: > 0 } kept)
        {
            // A resumed session has brought no more than the member's own.
            using var again = new X509Chain { ChainPolicy = chain.ChainPolicy.Clone() };
            again.ChainPolicy.ExtraStore.AddRange(kept);
            again.Build(certificate);
            fault = JudgeChain(again);
        }
        if (fault != TlsFault.None) return fault;
        // The first of a chain is the member's, the last the authority's.
        return JudgeMember(
            certificate, chain.ChainElements.Skip(1).SkipLast(1).Select(element => element.Certificate.RawData));
    }

    private static TlsFault JudgeChain(X509Chain chain)
    {
        bool isExpired = false;
        foreach (X509ChainStatus status in chain.ChainStatus)
        {
            if (status.Status == X509ChainStatusFlags.NotTimeValid) isExpired = true;
            else if (status.Status != X509ChainStatusFlags.NoError) return TlsFault.Untrusted;
        }
        return isExpired ? TlsFault.Expired : TlsFault.None;
    }

    /// <summary>
    /// Judges a certificate that is the authority's. A name is matched as libtorrent does it: byte for byte, an
    /// alternative name before the common name.
    /// </summary>
    /// <param name="certificate">The member's.</param>
    /// <param name="between">What was shown between it and the authority; kept of a member that is let in.</param>
    internal TlsFault JudgeMember(X509Certificate2 certificate, IEnumerable<byte[]> between)
    {
        if (IsRevoked(certificate)) return TlsFault.Revoked;
        if (!IsForUs(certificate)) return TlsFault.WrongName;
        foreach (byte[] each in between) Intermediates.Keep(each);
        return TlsFault.None;
    }

    /// <summary>
    /// How chains are built: to this authority and no other, and without asking anybody for anything, as the other side
    /// could name whom to ask.
    /// </summary>
    internal X509ChainPolicy ChainPolicy() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { Authority },
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    private bool IsForUs(X509Certificate2 certificate)
    {
        foreach (X509Extension extension in certificate.Extensions)
        {
            if (extension is not X509SubjectAlternativeNameExtension names) continue;
            foreach (string name in names.EnumerateDnsNames())
                if (Matches(name)) return true;
        }
        return Matches(certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false));
    }

    private bool Matches(string name) => name == "*" || (Name is not null && name == Name);
}
