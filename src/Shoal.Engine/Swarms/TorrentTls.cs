using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Shoal.Engine.Sources;
using Shoal.Network;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Swarms;

/// <summary>
/// What a torrent of a private swarm shows and demands: TLS with certificates of one authority on both sides, in the
/// form that libtorrent calls SSL torrents. The server name is the info-hash in hexadecimal.
/// </summary>
internal sealed class TorrentTls
{
    // A certificate has a few kilobytes; more than this is none.
    private const int MaxCertificateLength = 64 * 1024;

    private TorrentTls(SwarmMember member, X509Certificate2 authority, string? name)
    {
        Member = member;
        Authority = authority;
        Party = new TlsParty(member.Context, authority, name, theirs => member.Revocations.Contains(theirs));
    }

    /// <summary>As whom we take part.</summary>
    public SwarmMember Member { get; }

    /// <summary>Who decides whom we speak to.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>For connections.</summary>
    public TlsParty Party { get; }

    /// <summary>What a torrent needs; null for one that is open to everybody.</summary>
    /// <exception cref="TorrentException">The torrent and the member do not belong together.</exception>
    public static TorrentTls? Of(ResolvedSource source, SwarmMember? member)
    {
        if (source.Metainfo is { } metainfo) return Of(metainfo.Info, member);
        if (member is null) return source.Swarm is { } swarm ? throw NoMember(source.Name, swarm) : null;
        return member.Authority is { } authority
            ? new TorrentTls(member, authority, name: null)
            : throw Invalid("The member's file lacks the authority's certificate, so only a .torrent can be used.");
    }

    /// <summary>The same for metadata that is here.</summary>
    /// <exception cref="TorrentException">The torrent and the member do not belong together.</exception>
    public static TorrentTls? Of(TorrentInfo info, SwarmMember? member)
    {
        if (info.SslCertificate is null)
        {
            return member is null
                ? null
                : throw Invalid($"The torrent '{info.Name}' is open to everybody: it takes no member's file.");
        }
        X509Certificate2 authority = Parse(info);
        if (member is null) throw NoMember(info.Name, SwarmMember.NameOf(authority));
        if (member.Authority is { } own && !own.RawDataMemory.Span.SequenceEqual(authority.RawDataMemory.Span))
            throw Invalid($"The torrent '{info.Name}' belongs to another swarm than the member '{member.Name}'.");
        return new TorrentTls(member, authority, info.Name);
    }

    /// <summary>
    /// Who vouches for the trackers of a torrent; null for one that is open to everybody, and for a magnet link, which
    /// does not tell.
    /// </summary>
    /// <exception cref="TorrentException">Its certificate is not valid.</exception>
    public static X509Certificate2? AuthorityOf(ResolvedSource source) =>
        source.Metainfo?.Info is { SslCertificate: not null } info ? Parse(info) : null;

    private static X509Certificate2 Parse(TorrentInfo info)
    {
        string pem = info.SslCertificate!;
        if (pem.Length > MaxCertificateLength) throw Invalid($"The certificate of '{info.Name}' is too large.");
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw new TorrentException(
                TorrentError.InvalidInput, $"The certificate of the torrent '{info.Name}' is not valid.", e);
        }
    }

    private static TorrentException NoMember(string torrent, string swarm) => Invalid(
        $"'{torrent}' is shared in the private swarm '{swarm}' only: give your member's file (--member FILE), or ask "
        + "whoever runs the swarm for one.");

    private static TorrentException Invalid(string sentence) => new(TorrentError.InvalidInput, sentence);
}
