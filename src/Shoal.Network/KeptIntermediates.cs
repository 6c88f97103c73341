using System.Security.Cryptography.X509Certificates;

namespace Shoal.Network;

/// <summary>
/// Certificates between members and their authority. Members show them beside their own, but a session that is resumed
/// has kept nothing but the latter, so they are kept here. Any thread.
/// </summary>
internal sealed class KeptIntermediates
{
    /// <summary>
    /// How many are kept: far more than an authority has others that sign for it. Who is below one that is not kept
    /// needs a whole handshake each time, and is refused when it resumes a session.
    /// </summary>
    public const int Max = 64;

    private readonly Lock _lock = new();
    private readonly List<X509Certificate2> _kept = [];

    /// <summary>Keeps a certificate that the authority vouches for. True when it was not here before.</summary>
    /// <param name="der">The certificate, which is copied.</param>
    public bool Keep(ReadOnlySpan<byte> der)
    {
        lock (_lock)
        {
            foreach (X509Certificate2 kept in _kept)
                if (kept.RawDataMemory.Span.SequenceEqual(der)) return false;
            if (_kept.Count == Max) return false;
            _kept.Add(X509CertificateLoader.LoadCertificate(der));
            return true;
        }
    }

    /// <summary>Adds all to a collection.</summary>
    public void AddTo(X509Certificate2Collection collection)
    {
        lock (_lock)
            foreach (X509Certificate2 kept in _kept) collection.Add(kept);
    }
}
