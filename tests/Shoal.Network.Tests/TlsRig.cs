using System.Buffers.Binary;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Shoal.Network.Tests;

/// <summary>Two members of one authority, who call each other over recorded connections.</summary>
internal sealed class TlsRig : IDisposable
{
    public const string Name = "00112233445566778899aabbccddeeff00112233";

    // RFC 8446, sections 4 and 4.2.
    private const byte ServerHello = 2;
    private const ushort PreSharedKey = 41;

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly HandshakeGate _gate = new(TimeProvider.System);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private readonly HashSet<string> _revoked = [];

    public TlsRig()
    {
        var request = new CertificateRequest("O=Swarm,CN=team", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 1, true));
        _authority = request.CreateSelfSigned(Now.AddHours(-1), Now.AddDays(2));
        Caller = Invite("caller");
        Called = Invite("called");
    }

    public TlsNegotiator CallerTls { get; private set; } = TlsNegotiator.Best;

    public TlsNegotiator CalledTls { get; private set; } = TlsNegotiator.Best;

    public TlsParty Caller { get; }

    public TlsParty Called { get; }

    /// <summary>Connects them; a party that refused leaves null on its side.</summary>
    /// <param name="caller">Who calls; null for the usual one.</param>
    /// <param name="called">Who is called; null for the usual one.</param>
    /// <param name="wrap">Puts something between the caller and the wire; null for nothing.</param>
    public async Task<TlsPair> ConnectAsync(
        TlsParty? caller = null, TlsParty? called = null, Func<IConnection, IConnection>? wrap = null)
    {
        ConnectionPair pair = await ConnectionPair.ConnectAsync();
        var recorded = new RecordedConnection(wrap is null ? pair.Ours : wrap(pair.Ours));
        Task<TlsOutcome> answer = AnswerAsync(pair.Theirs, called ?? Called);
        TlsOutcome ours = await CallerTls.CallAsync(recorded, Name, caller ?? Caller);
        if (ours.Connection is null) pair.Ours.Close();
        return new TlsPair(pair, recorded, ours, await answer);
    }

    /// <summary>Says by what the two speak TLS.</summary>
    public void Use(string caller, string called) =>
        (CallerTls, CalledTls) = (TlsKinds.Of(caller), TlsKinds.Of(called));

    public void Revoke(TlsParty party) => _revoked.Add(party.Own.TargetCertificate.SerialNumber);

    /// <summary>Makes a member signed by an office, which the authority has signed.</summary>
    public TlsParty InviteThrough(string who)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("O=Swarm,CN=office", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        using X509Certificate2 signed = request.Create(_authority, Now.AddMinutes(-50), Now.AddDays(1), [1, 2, 3]);
        return Invite(who, signed.CopyWithPrivateKey(key));
    }

    /// <summary>Makes a member.</summary>
    /// <param name="who">Its name.</param>
    /// <param name="authority">Who signs, and is shown along with it; null for the authority of both.</param>
    public TlsParty Invite(string who, X509Certificate2? authority = null)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={who}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("*");
        request.CertificateExtensions.Add(names.Build());
        byte[] serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = 1;
        using X509Certificate2 signed =
            request.Create(authority ?? _authority, Now.AddMinutes(-30), Now.AddDays(1), serial);
        return new TlsParty(
            SslStreamCertificateContext.Create(
                signed.CopyWithPrivateKey(key), authority is null ? null : [authority], offline: true),
            _authority,
            null,
            certificate => _revoked.Contains(certificate.SerialNumber));
    }

    /// <summary>True when the answer to a call says that it goes on from an earlier one.</summary>
    public static bool IsResumed(ReadOnlySpan<byte> answer)
    {
        Assert.Equal(ServerHello, answer[5]);
        // Record and handshake head, version, random; then the session id, a cipher and a compression.
        int at = 5 + 4 + 2 + 32;
        at += 1 + answer[at] + 2 + 1;
        ReadOnlySpan<byte> extensions = answer.Slice(at + 2, BinaryPrimitives.ReadUInt16BigEndian(answer[at..]));
        while (!extensions.IsEmpty)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(extensions) == PreSharedKey) return true;
            extensions = extensions[(4 + BinaryPrimitives.ReadUInt16BigEndian(extensions[2..]))..];
        }
        return false;
    }

    public void Dispose()
    {
        _gate.Dispose();
        _authority.Dispose();
        _key.Dispose();
    }

    private async Task<TlsOutcome> AnswerAsync(IConnection connection, TlsParty party)
    {
        TlsOutcome outcome = await CalledTls.AnswerAsync(
            new HandshakeRoom(TimeProvider.System, 1).Add(connection), name => name == Name ? party : null, _gate);
        if (outcome.Connection is null) connection.Close();
        return outcome;
    }
}
