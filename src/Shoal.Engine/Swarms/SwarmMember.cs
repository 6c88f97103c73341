using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Shoal.Engine.Swarms;

/// <summary>
/// A member of a private swarm: the certificate and key with which an engine takes part in it, and whom the authority
/// has revoked as far as is known here. One object serves any number of torrents of the swarm, in any engines.
/// See docs/PRIVATE_SWARMS.md.
/// </summary>
public sealed class SwarmMember
{
    /// <summary>Bytes of a member's file at the most; one has about 2,000.</summary>
    private const int MaxFileBytes = 256 * 1024;

    // RFC 7468, sections 10 and 11.
    private const string KeyLabel = "PRIVATE KEY";
    private const string EncryptedKeyLabel = "ENCRYPTED PRIVATE KEY";

    private readonly string? _listPath;
    private readonly Lock _lock = new();
    private RevocationList _revocations = RevocationList.Empty;
    private DateTime _listWritten;

    internal SwarmMember(X509Certificate2 certificate, X509Certificate2? authority, string? listPath)
    {
        Certificate = certificate;
        Authority = authority;
        Context = SwarmCertificates.ContextOf(certificate);
        _listPath = listPath;
        Refresh();
    }

    /// <summary>Whom the certificate names.</summary>
    public string Name => NameOf(Certificate);

    /// <summary>The swarm, as the certificate names its issuer.</summary>
    public string Swarm => Certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: true);

    /// <summary>When the certificate ends.</summary>
    public DateTimeOffset Expires => Certificate.NotAfter;

    /// <summary>True when the authority has taken the credential back, as far as is known here.</summary>
    public bool IsRevoked => Revocations.Contains(Certificate);

    internal X509Certificate2 Certificate { get; }

    /// <summary>Null when the file did not hold it; then only whole .torrents can be used, which do.</summary>
    internal X509Certificate2? Authority { get; }

    internal SslStreamCertificateContext Context { get; }

    /// <summary>The list that holds now. Any thread.</summary>
    internal RevocationList Revocations => Volatile.Read(ref _revocations);

    /// <summary>
    /// Reads a member's file: PEM with the certificate first, its key, encrypted or not, and the authority's
    /// certificate. Lists of revoked members that come later are kept beside it, as <c>FILE.revoked</c>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="passphrase">What opens the key; null or empty for a key that is not encrypted.</param>
    /// <exception cref="TorrentException">There is no such file, or it does not open.</exception>
    public static SwarmMember Load(string path, string? passphrase)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        string text = Encoding.UTF8.GetString(PrivateFile.Read(path, MaxFileBytes));
        bool isEncrypted = text.Contains($"{EncryptedKeyLabel}-----", StringComparison.Ordinal);
        if (!isEncrypted) PrivateFile.RequireOwnerOnly(path);
        if (isEncrypted && string.IsNullOrEmpty(passphrase))
            throw new TorrentException(
                TorrentError.InvalidInput, $"'{path}' is protected by a passphrase, and none was given.");
        try
        {
            X509Certificate2 certificate = isEncrypted
                ? OpenEncrypted(text, passphrase!)
                : X509Certificate2.CreateFromPem(text, text);
            var all = new X509Certificate2Collection();
            all.ImportFromPem(text);
            return new SwarmMember(certificate, all.Count > 1 ? all[^1] : null, path + ".revoked");
        }
        catch (CryptographicException e)
        {
            throw new TorrentException(
                TorrentError.InvalidInput,
                isEncrypted
                    ? $"The passphrase does not open '{path}', or the file is damaged."
                    : $"'{path}' is no member's file: it has no certificate with its key.",
                e);
        }
    }

    /// <summary>Whom a certificate is for, as it is shown to people.</summary>
    internal static string NameOf(X509Certificate2 certificate) =>
        certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    /// <summary>Reads the list of revoked members again when its file has changed. Any thread.</summary>
    /// <returns>True when a newer list holds now.</returns>
    internal bool Refresh()
    {
        if (_listPath is null || Authority is null) return false;
        try
        {
            DateTime written = File.GetLastWriteTimeUtc(_listPath);
            if (written == _listWritten || !File.Exists(_listPath)) return false;
            _listWritten = written;
            return TryTake(PrivateFile.Read(_listPath, RevocationList.MaxBytes), Authority, keeps: false);
        }
        catch (Exception e) when (e is TorrentException or IOException or UnauthorizedAccessException)
        {
            // What cannot be read now is read when it has changed; members pass it on too.
            return false;
        }
    }

    /// <summary>Takes a list that a peer sent, and keeps it. False when it is not signed, or not newer.</summary>
    internal bool TryTake(ReadOnlyMemory<byte> bytes, X509Certificate2 authority, bool keeps = true)
    {
        lock (_lock)
        {
            if (bytes.Span.SequenceEqual(_revocations.Bytes.Span)) return false;
            if (!RevocationList.TryRead(bytes, authority, out RevocationList? list)) return false;
            if (list.Number <= _revocations.Number) return false;
            Volatile.Write(ref _revocations, list);
            if (keeps && _listPath is not null) Keep(list);
            return true;
        }
    }

    private static X509Certificate2 OpenEncrypted(string text, string passphrase)
    {
        ReadOnlySpan<char> rest = text;
        while (PemEncoding.TryFind(rest, out PemFields fields))
        {
            ReadOnlySpan<char> base64 = rest[fields.Base64Data];
            bool isKey = rest[fields.Label] is EncryptedKeyLabel;
            rest = rest[fields.Location.End..];
            if (!isKey) continue;
            byte[] der = Convert.FromBase64String(base64.ToString());
            if (ProtectedKey.Open(der, passphrase) is not { } key) break;
            char[] pem = PemEncoding.Write(KeyLabel, key);
            CryptographicOperations.ZeroMemory(key);
            try
            {
                return X509Certificate2.CreateFromPem(text, pem);
            }
            finally
            {
                Array.Clear(pem);
            }
        }
        return X509Certificate2.CreateFromEncryptedPem(text, text, passphrase);
    }

    private void Keep(RevocationList list)
    {
        try
        {
            PrivateFile.Write(_listPath!, list.Bytes.Span);
            _listWritten = File.GetLastWriteTimeUtc(_listPath!);
        }
        catch (Exception e) when (e is TorrentException or IOException or UnauthorizedAccessException)
        {
            // It holds for this run all the same, and peers send it again in the next.
        }
    }
}
