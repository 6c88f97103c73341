using System.Security.Cryptography.X509Certificates;

namespace Shoal.Network;

/// <summary>
/// Certificates that lay between members and their authority in whole handshakes. A resumed session brings the member's
/// own certificate alone, so its chain is built with these. Any thread.
/// </summary>
internal sealed class KeptIntermediates
{
    /// <summary>How many are kept, the newest; an authority has few others that sign for it.</summary>
    public const int Max = 64;

    private readonly Lock _lock = new();
    private readonly List<X509Certificate2> _kept = [];

    /// <summary>Keeps a copy of a certificate that led from a member to the authority.</summary>
    public void Keep(ReadOnlySpan<byte> der)
    {
        lock (_lock)
        {
            foreach (X509Certificate2 kept in _kept)
                if (kept.RawDataMemory.Span.SequenceEqual(der)) return;
            if (_kept.Count == Max) _kept.RemoveAt(0);
            _kept.Add(X509CertificateLoader.LoadCertificate(der));
        }
    }

    /// <summary>All that are kept, the newest last.</summary>
    public X509Certificate2[] All()
    {
        lock (_lock) return [.. _kept];
    }
}
