using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Shoal.Network;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Tests.Swarms;

/// <summary>Callers of a private swarm that no member's program would be: each is refused, with the reason.</summary>
public abstract class TlsRefusalTests(TlsNegotiator tls)
{
    [Theory(Timeout = 60_000)]
    [InlineData("nothing to show", "CertificateMissing")]
    [InlineData("signed by itself", "CertificateUntrusted")]
    [InlineData("signed by an authority of the same name", "CertificateUntrusted")]
    [InlineData("for another torrent", "CertificateName")]
    public async Task A_caller_without_a_member_s_certificate_is_refused_and_served_nothing(string who, string reason)
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, TorrentVersion.V1);
        (TorrentEngine seeder, Torrent seed) = await rig.SeedAsync();
        IAsyncEnumerator<TorrentEvent> events = seed.EventsAsync(SwarmRig.Cancel).GetAsyncEnumerator(SwarmRig.Cancel);
        ValueTask<bool> next = events.MoveNextAsync();
        using X509Certificate2? own = StrangerCertificate.Make(rig, who);
        int served = await TlsCaller.CallAsync(seeder.Port, NameOf(seed.Hashes.Wire), own, seed.Hashes.Wire);
        while (await next && events.Current is not PeerRefused) next = events.MoveNextAsync();
        Assert.Equal(reason, ((PeerRefused)events.Current).Reason);
        Assert.Equal(0, served);
        Assert.Equal(0, seed.Snapshot().UploadedBytes);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("")]
    [InlineData("example.org")]
    [InlineData("00112233445566778899aabbccddeeff00112233")]
    public async Task A_wrong_server_name_finds_no_torrent(string name)
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, TorrentVersion.V1);
        rig.Log = new RefusalLog();
        (TorrentEngine seeder, Torrent seed) = await rig.SeedAsync();
        using X509Certificate2 own = new(rig.Invite("anna").Certificate);
        Assert.Equal(0, await TlsCaller.CallAsync(seeder.Port, name, own, seed.Hashes.Wire));
        Assert.EndsWith(": UnknownTorrent", await rig.Log.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(0, seed.Snapshot().UploadedBytes);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_torrent_that_is_open_to_everybody_does_not_answer_to_its_server_name()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, TorrentVersion.V1);
        rig.Log = new RefusalLog();
        TorrentEngine engine = await rig.StartAsync();
        CreatedTorrent open = await rig.MakeAsync(null);
        InfoHash hash = open.Metainfo.Info.Hashes.Wire;
        await engine.AddAsync(
            new TorrentSource.Parsed(open.Metainfo), new TorrentOptions { Directory = rig.Root, SeedOnly = true },
            SwarmRig.Cancel);
        using X509Certificate2 own = new(rig.Invite("anna").Certificate);
        Assert.Equal(0, await TlsCaller.CallAsync(engine.Port, NameOf(hash), own, hash));
        Assert.EndsWith(": UnknownTorrent", await rig.Log.NextAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_member_that_asks_for_one_torrent_and_greets_another_is_refused()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, TorrentVersion.V1);
        rig.Log = new RefusalLog();
        (TorrentEngine seeder, Torrent seed) = await rig.SeedAsync();
        CreatedTorrent open = await rig.MakeAsync(null);
        await seeder.AddAsync(
            new TorrentSource.Parsed(open.Metainfo), new TorrentOptions { Directory = rig.Root, SeedOnly = true },
            SwarmRig.Cancel);
        using X509Certificate2 own = new(rig.Invite("anna").Certificate);
        int served = await TlsCaller.CallAsync(
            seeder.Port, NameOf(seed.Hashes.Wire), own, open.Metainfo.Info.Hashes.Wire);
        Assert.Equal(0, served);
        Assert.EndsWith(": UnknownTorrent", await rig.Log.NextAsync(), StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_member_that_speaks_an_older_tls_is_refused()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, TorrentVersion.V1);
        rig.Log = new RefusalLog();
        (TorrentEngine seeder, Torrent seed) = await rig.SeedAsync();
        using X509Certificate2 own = new(rig.Invite("anna").Certificate);
        int served = await TlsCaller.CallAsync(
            seeder.Port, NameOf(seed.Hashes.Wire), own, seed.Hashes.Wire, SslProtocols.Tls12);
        Assert.Equal(0, served);
        Assert.EndsWith(": TlsFailed", await rig.Log.NextAsync(), StringComparison.Ordinal);
    }

    private static string NameOf(InfoHash hash) => hash.ToString();
}
