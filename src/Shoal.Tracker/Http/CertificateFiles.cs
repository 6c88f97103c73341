using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Tracker.Http;

/// <summary>
/// The certificate of a tracker from two PEM files, the first of which may have the chain behind it. When the files
/// change, as certificates are renewed, later connections get the new one.
/// </summary>
internal sealed class CertificateFiles
{
    private readonly string _certificatePath;
    private readonly string _keyPath;
    private (DateTime, DateTime) _version;

    private CertificateFiles(string certificatePath, string keyPath) =>
        (_certificatePath, _keyPath) = (certificatePath, keyPath);

    /// <summary>What connections are served with.</summary>
    public SslStreamCertificateContext? Current { get; private set; }

    /// <summary>Reads the files.</summary>
    /// <exception cref="IOException">One is not there, or they are no certificate with its key.</exception>
    public static CertificateFiles Open(string certificatePath, string keyPath)
    {
        var files = new CertificateFiles(certificatePath, keyPath);
        return files.Refresh() is { } problem ? throw new IOException(problem) : files;
    }

    /// <summary>Reads the files again if they have changed; those that are of no use now leave the last ones.</summary>
    /// <returns>Null, or one sentence about what is wrong with them.</returns>
    public string? Refresh()
    {
        try
        {
            (DateTime, DateTime) version =
                (File.GetLastWriteTimeUtc(_certificatePath), File.GetLastWriteTimeUtc(_keyPath));
            if (version == _version) return null;
            _version = version;
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(_certificatePath);
            var certificate = X509Certificate2.CreateFromPemFile(_certificatePath, _keyPath);
            Current = SslStreamCertificateContext.Create(certificate, chain, offline: true);
            return null;
        }
        catch (Exception e) when (e is IOException or CryptographicException or UnauthorizedAccessException)
        {
            return $"The certificate {_certificatePath} with the key {_keyPath} cannot be used: {e.Message}";
        }
    }
}
