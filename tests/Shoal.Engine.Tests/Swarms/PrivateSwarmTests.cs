using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Shoal.Discovery.Tests;
using Shoal.Engine.Swarms;
using Shoal.Engine.Tests.Hostile;
using Shoal.Network;
using Shoal.Protocol.Encryption;
using Shoal.Protocol.Torrents;

namespace Shoal.Engine.Tests.Swarms;

public abstract class PrivateSwarmTests(TlsNegotiator tls)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory(Timeout = 60_000)]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task Members_share_over_tls_by_torrent_and_by_link(TorrentVersion version)
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, version);
        (TorrentEngine seeder, _) = await rig.SeedAsync();
        (_, Torrent first) = await rig.GetAsync(rig.Invite("anna"), null, seeder.Port);
        await first.WaitForCompletionAsync(Cancel);
        rig.AssertHas(first);
        string link = new Shoal.Protocol.Magnets.MagnetLink { Hashes = rig.Torrent.Metainfo.Info.Hashes }.ToString();
        (_, Torrent second) = await rig.GetAsync(rig.Invite("ben"), new TorrentSource.Magnet(link), seeder.Port);
        await second.WaitForCompletionAsync(Cancel);
        rig.AssertHas(second);
    }

    // The first of the old scenarios: three that have a part each, and one that gets all.
    [Fact(Timeout = 60_000)]
    public async Task Three_partial_seeders_and_one_downloader()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, size: 3_000_000);
        List<int> ports = [];
        foreach ((double from, double to) in new[] { (0.0, 0.4), (0.3, 0.7), (0.6, 1.0) })
        {
            (TorrentEngine seeder, _) = await rig.SeedAsync(
                rig.Invite($"part {from}"), new PieceSelection { Ranges = [(from, to)] });
            ports.Add(seeder.Port);
        }
        (_, Torrent torrent) = await rig.GetAsync(rig.Invite("anna"), null, [.. ports]);
        await torrent.WaitForCompletionAsync(Cancel);
        rig.AssertHas(torrent);
    }

    // The seventh: one that has it, and five that get it, from each other too.
    [Fact(Timeout = 60_000)]
    public async Task One_seeder_and_five_downloaders()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, size: 3_000_000);
        (TorrentEngine seeder, _) = await rig.SeedAsync();
        List<(TorrentEngine Engine, Torrent Torrent)> all = [];
        for (int i = 0; i < 5; i++)
        {
            int[] others = [.. all.Select(a => a.Engine.Port), seeder.Port];
            all.Add(await rig.GetAsync(rig.Invite($"member {i}"), null, others));
        }
        await Task.WhenAll(all.Select(a => a.Torrent.WaitForCompletionAsync(Cancel)));
        foreach ((_, Torrent torrent) in all) rig.AssertHas(torrent);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("another authority", "CertificateUntrusted")]
    [InlineData("expired", "CertificateExpired")]
    [InlineData("revoked", "CertificateRevoked")]
    [InlineData("in the clear", "TlsRequired")]
    public async Task Who_does_not_belong_is_refused_with_the_reason_and_served_nothing(string who, string reason)
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        SwarmMember seedMember = rig.Authority.Own();
        SwarmMember? stranger = null;
        SwarmAuthority other = SwarmAuthority.Create(rig.Swarms, "other");
        if (who == "another authority") stranger = Foreign(rig.Invite("eve", other));
        if (who == "expired")
            stranger = Foreign(rig.Invite("eve", life: TimeSpan.FromMinutes(-1)));
        if (who == "revoked")
        {
            stranger = Foreign(rig.Invite("eve"));
            rig.Authority.Revoke("eve");
            seedMember = rig.Authority.Own();
        }
        (TorrentEngine seeder, Torrent seed) = await rig.SeedAsync(seedMember);
        IAsyncEnumerator<TorrentEvent> events = seed.EventsAsync(Cancel).GetAsyncEnumerator(Cancel);
        ValueTask<bool> next = events.MoveNextAsync();
        Torrent? theirs = null;
        using RawPeer? raw = stranger is null ? await RawPeer.ConnectAsync(seeder.Port) : null;
        if (raw is not null) await raw.SendAsync(RawPeer.Greeting(rig.Torrent.Metainfo.Info.Hashes.Wire));
        else (_, theirs) = await rig.GetAsync(stranger, null, seeder.Port);
        while (await next && events.Current is not PeerRefused) next = events.MoveNextAsync();
        var refused = (PeerRefused)events.Current;
        Assert.Equal(reason, refused.Reason);
        Assert.True(refused.IsIncoming);
        if (raw is not null) Assert.Equal(0, await raw.ReadToEndAsync());
        Assert.Equal(0, seed.Snapshot().UploadedBytes);
        Assert.Equal(0, theirs?.Snapshot().CompletedBytes ?? 0);
    }

    [Theory(Timeout = 60_000)]
    [InlineData("another authority", "CertificateUntrusted")]
    [InlineData("expired", "CertificateExpired")]
    [InlineData("revoked", "CertificateRevoked")]
    [InlineData("signed by itself", "CertificateUntrusted")]
    [InlineData("signed by an authority of the same name", "CertificateUntrusted")]
    [InlineData("for another torrent", "CertificateName")]
    public async Task A_seeder_that_does_not_belong_is_refused_by_who_calls(string who, string reason)
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        SwarmMember stranger = Foreign(who switch
        {
            "another authority" => rig.Invite("eve", SwarmAuthority.Create(rig.Swarms, "other")),
            "expired" => rig.Invite("eve", life: TimeSpan.FromMinutes(-1)),
            "revoked" => rig.Invite("eve"),
            _ => new SwarmMember(StrangerCertificate.Make(rig, who)!, null, null),
        });
        if (who == "revoked") rig.Authority.Revoke("eve");
        (TorrentEngine seeder, Torrent seed) = await rig.SeedAsync(stranger);
        // The authority's own list is the one that knows at once who is revoked.
        (_, Torrent torrent) = await rig.GetAsync(rig.Authority.Own());
        Assert.Equal(
            new PeerRefused(new IPEndPoint(IPAddress.Loopback, seeder.Port), false, reason),
            await RefusalOfAsync(torrent, seeder.Port));
        Assert.Equal(0, seed.Snapshot().UploadedBytes);
        Assert.Equal(0, torrent.Snapshot().CompletedBytes);
    }

    // Its server name is a torrent's that is not there, or that anybody may have: no TLS is answered to it.
    [Theory(Timeout = 60_000)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_peer_that_has_no_such_torrent_is_left_with_the_reason(bool hasAnOpenOne)
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        TorrentEngine other = await rig.StartAsync();
        if (hasAnOpenOne)
        {
            await other.AddAsync(
                new TorrentSource.Parsed((await rig.MakeAsync(null)).Metainfo),
                new TorrentOptions { Directory = rig.Root, SeedOnly = true },
                Cancel);
        }
        (_, Torrent torrent) = await rig.GetAsync(rig.Invite("anna"));
        Assert.Equal("TlsFailed", (await RefusalOfAsync(torrent, other.Port)).Reason);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_is_refused_when_it_calls_sees_that_it_was_its_certificate()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        SwarmMember eve = Foreign(rig.Invite("eve"));
        rig.Authority.Revoke("eve");
        (TorrentEngine seeder, _) = await rig.SeedAsync();
        (_, Torrent torrent) = await rig.GetAsync(eve);
        Assert.Equal("CertificateRefused", (await RefusalOfAsync(torrent, seeder.Port)).Reason);
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_learns_that_it_is_revoked_itself_ends_with_a_sentence()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        SwarmMember eve = rig.Invite("eve");
        (_, Torrent torrent) = await rig.GetAsync(eve);
        rig.Authority.Revoke("eve");
        byte[] list = await File.ReadAllBytesAsync(Path.Combine(rig.Swarms, "team", "revoked.crl"), Cancel);
        using X509Certificate2 authority = rig.AuthorityCertificate();
        Assert.True(eve.TryTake(list, authority));
        TorrentException end = await Assert.ThrowsAsync<TorrentException>(() => torrent.WaitForCompletionAsync(Cancel));
        Assert.Contains("'eve' in the swarm 'team' was taken back", end.Message, StringComparison.Ordinal);
        Assert.True(eve.IsRevoked);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Who_was_revoked_before_it_began_tells_no_tracker(bool byLink)
    {
        using var tracker = new TcpListener(IPAddress.Loopback, 0);
        tracker.Start();
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        rig.Trackers = [$"http://{tracker.LocalEndpoint}/announce"];
        SwarmMember eve = rig.Invite("eve");
        rig.Authority.Revoke("eve");
        byte[] list = await File.ReadAllBytesAsync(Path.Combine(rig.Swarms, "team", "revoked.crl"), Cancel);
        using X509Certificate2 authority = rig.AuthorityCertificate();
        Assert.True(eve.TryTake(list, authority));
        string link = new Shoal.Protocol.Magnets.MagnetLink { Hashes = rig.Torrent.Metainfo.Info.Hashes }.ToString();
        (_, Torrent torrent) = await rig.GetAsync(eve, byLink ? new TorrentSource.Magnet(link) : null);
        await Assert.ThrowsAsync<TorrentException>(() => torrent.WaitForCompletionAsync(Cancel));
        Assert.Equal(TorrentState.Failed, torrent.Snapshot().State);
        await torrent.StopAsync(Cancel);
        Assert.False(tracker.Pending());
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_is_connected_when_it_is_revoked_is_told_before_the_connection_ends()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        // It has a part only, so that Eve stays.
        (TorrentEngine seeder, _) = await rig.SeedAsync(offer: new PieceSelection { Ranges = [(0, 0.5)] });
        (_, Torrent torrent) = await rig.GetAsync(rig.Invite("eve"), null, seeder.Port);
        await foreach (TorrentSnapshot now in torrent.WatchAsync(TimeSpan.FromMilliseconds(20), Cancel))
            if (now.CompletedBytes > 0) break;
        rig.Authority.Revoke("eve");
        TorrentException end = await Assert.ThrowsAsync<TorrentException>(() => torrent.WaitForCompletionAsync(Cancel));
        Assert.Contains("'eve' in the swarm 'team' was taken back", end.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = 60_000)]
    public async Task The_first_reader_learns_of_refusals_before_it()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        SwarmMember eve = rig.Invite("eve");
        rig.Authority.Revoke("eve");
        rig.Log = new RefusalLog();
        (TorrentEngine seeder, Torrent seed) = await rig.SeedAsync();
        // One call and no other, so that there is no later refusal to learn of.
        using X509Certificate2 own = new(eve.Certificate);
        await TlsCaller.CallAsync(seeder.Port, seed.Hashes.Wire.ToString(), own, seed.Hashes.Wire);
        await rig.Log.NextAsync();
        await using IAsyncEnumerator<TorrentEvent> events = seed.EventsAsync(Cancel).GetAsyncEnumerator(Cancel);
        while (await events.MoveNextAsync() && events.Current is not PeerRefused)
        {
        }
        Assert.IsType<PeerRefused>(events.Current);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_link_that_names_a_swarm_is_refused_without_a_member_when_added()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        string link = new Shoal.Protocol.Magnets.MagnetLink
        {
            Hashes = rig.Torrent.Metainfo.Info.Hashes,
            Swarm = SwarmAuthority.NameOf(rig.Torrent.Metainfo.Info),
        }.ToString();
        TorrentException refusal = await Assert.ThrowsAsync<TorrentException>(
            () => rig.GetAsync(null, new TorrentSource.Magnet(link)));
        Assert.Equal(TorrentError.InvalidInput, refusal.Error);
        Assert.Contains("the private swarm 'team'", refusal.Message, StringComparison.Ordinal);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_https_tracker_of_the_swarm_answers_to_its_authority_and_no_other(bool isTheSwarms)
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        SwarmAuthority by = isTheSwarms ? rig.Authority : SwarmAuthority.Create(rig.Swarms, "other");
        using X509Certificate2 certificate =
            new(rig.Invite("tracker", by, hosts: ["tracker.test", "127.0.0.1"]).Certificate);
        var watching = new TaskCompletionSource();
        await using var tracker = new ScriptedHttpServer(
            (_, stream, token) => stream.WriteAsync(
                ScriptedHttpServer.Response("d8:intervali1800e5:peers0:e"), token).AsTask(),
            certificate: certificate)
        {
            Opening = watching.Task,
        };
        rig.Trackers = [$"https://127.0.0.1:{tracker.Port}/announce"];
        (_, Torrent torrent) = await rig.GetAsync(rig.Invite("anna"));
        IAsyncEnumerator<TorrentEvent> events = torrent.EventsAsync(Cancel).GetAsyncEnumerator(Cancel);
        ValueTask<bool> next = events.MoveNextAsync();
        watching.SetResult();
        while (await next && events.Current is not TrackerAnswered) next = events.MoveNextAsync();
        string? error = ((TrackerAnswered)events.Current).Error;
        if (isTheSwarms) Assert.Null(error);
        else Assert.Contains("certificate", error, StringComparison.Ordinal);
        Assert.Equal(isTheSwarms, !tracker.Requests.IsEmpty);
    }

    [Theory(Timeout = 60_000)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_scrape_asks_an_https_tracker_of_the_swarm_and_no_other(bool isTheSwarms)
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        SwarmAuthority by = isTheSwarms ? rig.Authority : SwarmAuthority.Create(rig.Swarms, "other");
        using X509Certificate2 certificate = new(rig.Invite("tracker", by, hosts: ["127.0.0.1"]).Certificate);
        await using var tracker = new ScriptedHttpServer(
            (_, stream, token) => stream.WriteAsync(ScriptedHttpServer.Response("d5:filesdee"), token).AsTask(),
            certificate: certificate);
        var source = new TorrentSource.Parsed(
            rig.Torrent.Metainfo with { Trackers = [[$"https://127.0.0.1:{tracker.Port}/announce"]] });
        TrackerScrape scrape = Assert.Single(
            await TorrentEngine.ScrapeAsync(source, trustsAddresses: true, cancellationToken: Cancel));
        if (isTheSwarms) Assert.Null(scrape.Error);
        else Assert.Contains("certificate", scrape.Error, StringComparison.Ordinal);
        Assert.Equal(isTheSwarms, !tracker.Requests.IsEmpty);
    }

    [Fact(Timeout = 60_000)]
    public async Task An_encrypted_handshake_finds_no_torrent_of_a_private_swarm()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        (TorrentEngine seeder, Torrent seed) = await rig.SeedAsync();
        Assert.Null(seeder.Services.MseTorrents.Find(MseTorrentKey.Of(seed.Hashes.Wire)));
    }

    [Fact(Timeout = 60_000)]
    public async Task Members_learn_who_is_revoked_and_part_with_them_at_once()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, size: 3_000_000);
        SwarmMember eve = rig.Invite("eve");
        SwarmMember anna = rig.Invite("anna");
        // It has a part only, so that Anna stays connected; Eve will know nobody but her.
        (TorrentEngine seeder, _) = await rig.SeedAsync(offer: new PieceSelection { Ranges = [(0, 0.5)] });
        (TorrentEngine middle, Torrent annas) = await rig.GetAsync(anna, null, seeder.Port);
        await foreach (TorrentSnapshot now in annas.WatchAsync(TimeSpan.FromMilliseconds(20), Cancel))
            if (now.CompletedBytes > 0) break;
        (_, Torrent eves) = await rig.GetAsync(Foreign(eve));
        IAsyncEnumerator<TorrentEvent> events = annas.EventsAsync(Cancel).GetAsyncEnumerator(Cancel);
        ValueTask<bool> next = events.MoveNextAsync();
        rig.Authority.Revoke("eve");
        // The list goes from the authority's file to its seeder, and from there to Anna.
        await foreach (TorrentSnapshot _ in annas.WatchAsync(TimeSpan.FromMilliseconds(20), Cancel))
            if (anna.Revocations.Contains(eve.Certificate)) break;
        eves.AddPeer(new IPEndPoint(IPAddress.Loopback, middle.Port));
        while (await next && events.Current is not PeerRefused) next = events.MoveNextAsync();
        Assert.Equal("CertificateRevoked", ((PeerRefused)events.Current).Reason);
        Assert.Equal(0, eves.Snapshot().CompletedBytes);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_capture_holds_nothing_that_was_said()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls, TorrentVersion.V1);
        (TorrentEngine seeder, _) = await rig.SeedAsync();
        await using var proxy = new RecordingProxy(seeder.Port);
        (_, Torrent torrent) = await rig.GetAsync(rig.Invite("anna"), null, proxy.Port);
        await torrent.WaitForCompletionAsync(Cancel);
        byte[] captured = proxy.Captured();
        Assert.True(captured.Length > rig.Content.Length);
        AssertNowhere("BitTorrent protocol"u8, captured);
        AssertNowhere("secret-plan"u8, captured);
        AssertNowhere("the plain text of a block"u8, captured);
        AssertNowhere("ut_metadata"u8, captured);
        byte[] hash = rig.Torrent.Metainfo.Info.Hashes.Wire.ToArray();
        AssertNowhere(hash, captured);
        byte[] name = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(hash));
        int at = captured.AsSpan().IndexOf(name);
        // In the ClientHello of the one connection, and nowhere else.
        Assert.InRange(at, 0, 1000);
        Assert.Equal(-1, captured.AsSpan(at + 1).IndexOf(name));
    }

    [Fact(Timeout = 60_000)]
    public async Task A_torrent_and_a_member_that_do_not_belong_together_are_refused_when_added()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        SwarmAuthority other = SwarmAuthority.Create(rig.Swarms, "other");
        await RefusesAsync(rig, null, rig.Torrent, "the private swarm 'team' only");
        await RefusesAsync(rig, rig.Invite("eve", other), rig.Torrent, "belongs to another swarm");
        await RefusesAsync(rig, rig.Invite("anna"), await rig.MakeAsync(null), "open to everybody");
        await RefusesAsync(rig, rig.Invite("ben"), await rig.MakeAsync("no certificate"), "not valid");
    }

    // Their protocol has neither a handshake nor names of who asks.
    [Fact(Timeout = 60_000)]
    public async Task Nothing_of_a_private_swarm_is_served_by_chunks()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(tls);
        (_, Torrent seed) = await rig.SeedAsync();
        TorrentException refusal = Assert.Throws<TorrentException>(
            () => seed.ServeChunks("0123456789012345678901234567890123456789", 16 * 1024));
        Assert.Equal(TorrentError.InvalidInput, refusal.Error);
    }

    private static async Task RefusesAsync(SwarmRig rig, SwarmMember? member, CreatedTorrent torrent, string sentence)
    {
        TorrentException refusal = await Assert.ThrowsAsync<TorrentException>(
            () => rig.GetAsync(member, new TorrentSource.Parsed(torrent.Metainfo)));
        Assert.Contains(sentence, refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<PeerRefused> RefusalOfAsync(Torrent torrent, int port)
    {
        IAsyncEnumerator<TorrentEvent> events = torrent.EventsAsync(Cancel).GetAsyncEnumerator(Cancel);
        ValueTask<bool> next = events.MoveNextAsync();
        torrent.AddPeer(new IPEndPoint(IPAddress.Loopback, port));
        while (await next && events.Current is not PeerRefused) next = events.MoveNextAsync();
        return (PeerRefused)events.Current;
    }

    /// <summary>
    /// A member of whom our side does not ask where it belongs, and who listens to no list: as another client would.
    /// </summary>
    private static SwarmMember Foreign(SwarmMember member) => new(member.Certificate, null, null);

    private static void AssertNowhere(ReadOnlySpan<byte> what, byte[] captured) =>
        Assert.Equal(-1, captured.AsSpan().IndexOf(what));
}
