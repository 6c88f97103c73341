using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Swarms;

/// <summary>
/// The authority of a private swarm: gives out members' credentials and takes them back. It is a folder that only its
/// owner may read; who has it decides who belongs to the swarm. See docs/PRIVATE_SWARMS.md.
/// </summary>
public sealed class SwarmAuthority
{
    /// <summary>Characters in the name of a swarm or member at the most: what a certificate's name may have.</summary>
    public const int MaxNameLength = 64;

    // A swarm outlives its members' credentials; nobody can join one whose authority has ended.
    private static readonly TimeSpan Life = TimeSpan.FromDays(20 * 365);
    private static readonly TimeSpan OwnLife = TimeSpan.FromDays(30);

    private const int MaxFileBytes = 16 << 20;
    private const string CertificateFile = "authority.pem";
    private const string RecordsFile = "members.json";
    private const string ListFile = "revoked.crl";

    private readonly string _folder;
    private readonly TimeProvider _time;
    private readonly X509Certificate2 _authority;
    private List<SwarmMemberRecord> _records;

    private SwarmAuthority(
        string folder, X509Certificate2 authority, List<SwarmMemberRecord> records, TimeProvider time)
    {
        _folder = folder;
        _authority = authority;
        _records = records;
        _time = time;
    }

    /// <summary>
    /// Hashes that it costs to try a passphrase; OWASP's figure for PBKDF2 with SHA-256. Less only in tests.
    /// </summary>
    internal int PassphraseRounds { get; set; } = 600_000;

    /// <summary>The swarm's name.</summary>
    public string Name => _authority.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    /// <summary>The authority's certificate in PEM form: what goes into torrents as <c>ssl-cert</c>.</summary>
    public string CertificatePem => _authority.ExportCertificatePem() + "\n";

    /// <summary>The credentials that were given out, oldest first.</summary>
    public IReadOnlyList<SwarmMemberRecord> Members => _records;

    /// <summary>Makes a swarm.</summary>
    /// <param name="folder">The folder of all swarms; the new one gets a folder of its own in it.</param>
    /// <param name="name">What members and certificates show.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="TorrentException">There is one already, the name cannot be, or the disk refuses.</exception>
    public static SwarmAuthority Create(string folder, string name, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        string own = FolderOf(folder, name);
        if (File.Exists(Path.Combine(own, CertificateFile)))
            throw new TorrentException(
                TorrentError.InvalidInput, $"There is a swarm '{name}' already, in '{own}'.");
        X509Certificate2 certificate = SwarmCertificates.MakeAuthority(name, time.GetUtcNow(), Life);
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        PrivateFile.MakeFolder(own);
        string pem = certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n";
        PrivateFile.Write(Path.Combine(own, CertificateFile), Encoding.ASCII.GetBytes(pem));
        var authority = new SwarmAuthority(own, certificate, [], time);
        authority.Save();
        return authority;
    }

    /// <summary>Opens a swarm that was made here.</summary>
    /// <exception cref="TorrentException">There is none of that name, or its files cannot be used.</exception>
    public static SwarmAuthority Open(string folder, string name, TimeProvider? time = null)
    {
        string own = FolderOf(folder, name);
        string path = Path.Combine(own, CertificateFile);
        if (!File.Exists(path))
            throw new TorrentException(
                TorrentError.NotFound, $"There is no swarm '{name}' in '{folder}': 'shoal swarm new' makes one.");
        PrivateFile.RequireOwnerOnly(path);
        try
        {
            string pem = Encoding.ASCII.GetString(PrivateFile.Read(path, MaxFileBytes));
            byte[] records = PrivateFile.Read(Path.Combine(own, RecordsFile), MaxFileBytes);
            return new SwarmAuthority(
                own,
                X509Certificate2.CreateFromPem(pem, pem),
                JsonSerializer.Deserialize(records, SwarmRecords.Default.ListSwarmMemberRecord) ?? [],
                time ?? TimeProvider.System);
        }
        catch (Exception e) when (e is CryptographicException or JsonException)
        {
            throw new TorrentException(TorrentError.Integrity, $"The files of the swarm in '{own}' are damaged.", e);
        }
    }

    /// <summary>
    /// Name of the private swarm that a torrent belongs to, as its certificate has it; null for one that is open to
    /// everybody, or whose certificate cannot be read.
    /// </summary>
    public static string? NameOf(TorrentInfo torrent)
    {
        ArgumentNullException.ThrowIfNull(torrent);
        try
        {
            return torrent.SslCertificate is { } pem ? SwarmMember.NameOf(X509Certificate2.CreateFromPem(pem)) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>The names of the swarms in a folder, sorted.</summary>
    public static IReadOnlyList<string> List(string folder) => Directory.Exists(folder)
        ? [.. Directory.EnumerateDirectories(folder).Where(d => File.Exists(Path.Combine(d, CertificateFile)))
            .Select(d => Path.GetFileName(d)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Makes a credential and writes it to a file for whom it is for.</summary>
    /// <param name="who">Whom: what members and the list show.</param>
    /// <param name="path">The file; what is there is not replaced.</param>
    /// <param name="passphrase">What opens it.</param>
    /// <param name="life">How long it is good for.</param>
    /// <param name="hosts">
    /// Host names and addresses of a web server that shows it, too: a tracker of the swarm; null for none.
    /// </param>
    /// <exception cref="TorrentException">It cannot be made: the name is in use, or the disk refuses.</exception>
    public SwarmMemberRecord Invite(
        string who, string path, string passphrase, TimeSpan life, IReadOnlyList<string>? hosts = null)
    {
        RequireName(who);
        ArgumentException.ThrowIfNullOrEmpty(passphrase);
        DateTimeOffset now = _time.GetUtcNow();
        if (_records.Exists(r => r.Who == who && r.Revoked is null && r.Expires > now))
            throw new TorrentException(
                TorrentError.InvalidInput, $"'{who}' is a member of '{Name}' already: revoke that first.");
        if (File.Exists(path))
            throw new TorrentException(TorrentError.InvalidInput, $"There is a file '{path}' already.");
        using X509Certificate2 certificate = SwarmCertificates.MakeMember(
            _authority, who, now, now + life, RequireHosts(hosts ?? []));
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        var protection = new PbeParameters(
            PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, PassphraseRounds);
        string pem = certificate.ExportCertificatePem() + "\n"
            + key.ExportEncryptedPkcs8PrivateKeyPem(passphrase, protection) + "\n"
            + CertificatePem;
        var record = new SwarmMemberRecord(who, certificate.SerialNumber, now, certificate.NotAfter, null);
        PrivateFile.Write(path, Encoding.ASCII.GetBytes(pem));
        _records.Add(record);
        Save();
        return record;
    }

    /// <summary>
    /// Takes back whatever was given to somebody. Members learn of it from whoever shares with <see cref="Own"/>, and
    /// from each other.
    /// </summary>
    /// <exception cref="TorrentException">Nothing was, or the disk refuses.</exception>
    public void Revoke(string who)
    {
        DateTimeOffset now = _time.GetUtcNow();
        if (!_records.Exists(r => r.Who == who && r.Revoked is null))
            throw new TorrentException(TorrentError.NotFound, $"'{who}' has no credential of '{Name}' to revoke.");
        _records = [.. _records.Select(r => r.Who == who && r.Revoked is null ? r with { Revoked = now } : r)];
        Save();
    }

    /// <summary>The authority as a member itself, to share with.</summary>
    public SwarmMember Own()
    {
        DateTimeOffset now = _time.GetUtcNow();
        X509Certificate2 own = SwarmCertificates.MakeMember(_authority, Name, now, now + OwnLife, []);
        return new SwarmMember(
            own, X509CertificateLoader.LoadCertificate(_authority.RawData), Path.Combine(_folder, ListFile));
    }

    private void Save()
    {
        byte[] records = JsonSerializer.SerializeToUtf8Bytes(_records, SwarmRecords.Default.ListSwarmMemberRecord);
        PrivateFile.Write(Path.Combine(_folder, RecordsFile), records);
        var list = new CertificateRevocationListBuilder();
        int revoked = 0;
        foreach (SwarmMemberRecord record in _records)
        {
            if (record.Revoked is not { } when) continue;
            list.AddEntry(Convert.FromHexString(record.Serial), when);
            revoked++;
        }
        // Nobody is ever taken off the list, so its length is a number that grows with it.
        DateTimeOffset now = _time.GetUtcNow();
        byte[] signed = list.Build(
            _authority, new BigInteger(revoked), now + Life, HashAlgorithmName.SHA256, thisUpdate: now);
        PrivateFile.Write(Path.Combine(_folder, ListFile), signed);
    }

    private static string FolderOf(string folder, string name)
    {
        RequireName(name);
        if (name is "." or ".." || name.AsSpan().IndexOfAny(Path.GetInvalidFileNameChars()) >= 0)
            throw new TorrentException(TorrentError.InvalidInput, $"A swarm cannot be called '{name}'.");
        return Path.Combine(folder, name);
    }

    private static IReadOnlyList<string> RequireHosts(IReadOnlyList<string> hosts)
    {
        foreach (string host in hosts)
        {
            if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
                throw new TorrentException(TorrentError.InvalidInput, $"'{host}' is no host name or address.");
        }
        return hosts;
    }

    private static void RequireName(string name)
    {
        bool isName = name.Length is > 0 and <= MaxNameLength && name == name.Trim() && !name.Any(char.IsControl);
        if (!isName)
            throw new TorrentException(
                TorrentError.InvalidInput, $"A name has 1 to {MaxNameLength} characters, with no blanks around it.");
    }
}
