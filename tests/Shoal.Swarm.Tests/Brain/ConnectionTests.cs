using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.Swarm.Peers;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>How connections begin and end, and which of them is kept.</summary>
public sealed class ConnectionTests
{
    private static readonly PeerId Small = BrainFixture.Id("-AA0001-aaaaaaaaaaaa");
    private static readonly PeerId Large = BrainFixture.Id("-ZZ0001-zzzzzzzzzzzz");

    [Fact]
    public void Both_handshakes_name_the_torrent_and_us()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept();
        Assert.Equal(swarm.Torrent.Info.Hashes.Wire, swarm.Answer.InfoHash);
        Assert.Equal(BrainFixture.Us, swarm.Answer.PeerId);
        Assert.True(swarm.Answer.Reserved is { SupportsFast: true, SupportsExtensions: true });
        Assert.Equal([peer.Session], swarm.Port.Joined);
        FakePeer dialled = swarm.DialAndGreet();
        Assert.Equal(swarm.Torrent.Info.Hashes.Wire, swarm.Answer.InfoHash);
        Assert.True(dialled.IsOpen);
    }

    // P02
    [Fact]
    public void A_dialled_peer_that_answers_for_another_torrent_is_left()
    {
        var swarm = new BrainFixture();
        PeerSession session = swarm.Dial(swarm.NewAddress());
        swarm.Greet(session, swarm.Greeting(Small, new InfoHash(new byte[20])));
        Assert.Equal(DisconnectReason.UnknownTorrent, swarm.Port.ReasonFor(session));
        Assert.Empty(swarm.Port.Joined);
    }

    [Fact]
    public void Our_own_connection_is_refused_and_our_address_not_dialled_again()
    {
        var swarm = new BrainFixture();
        IPEndPoint here = new(IPAddress.Parse("203.0.113.200"), 6881);
        PeerSession session = swarm.Dial(here);
        Assert.Null(swarm.TryAccept(out DisconnectReason reason, new IPEndPoint(here.Address, 4000), BrainFixture.Us));
        Assert.Equal(DisconnectReason.Self, reason);
        // The refused end closes without a handshake, so the dialling end only sees a closed connection.
        swarm.Lose(session);
        swarm.Port.Dials.Clear();
        swarm.Wait(7200);
        Assert.Empty(swarm.Port.Dials);
    }

    [Fact]
    public void Our_own_handshake_in_answer_to_a_dial_is_recognised()
    {
        var swarm = new BrainFixture();
        PeerSession session = swarm.Dial(swarm.NewAddress());
        swarm.Greet(session, swarm.Greeting(BrainFixture.Us));
        Assert.Equal(DisconnectReason.Self, swarm.Port.ReasonFor(session));
        swarm.Port.Dials.Clear();
        swarm.Wait(7200);
        Assert.Empty(swarm.Port.Dials);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_two_connections_the_one_dialled_by_the_larger_id_stays(bool theyAreLarger)
    {
        PeerId theirs = theyAreLarger ? Large : Small;
        var swarm = new BrainFixture();
        IPEndPoint listens = swarm.NewAddress();
        PeerSession dialled = swarm.Dial(listens);
        FakePeer incoming = swarm.Accept(new IPEndPoint(listens.Address, 40_000), theirs);
        swarm.Greet(dialled, swarm.Greeting(theirs));
        PeerSession kept = theyAreLarger ? incoming.Session : dialled;
        PeerSession left = theyAreLarger ? dialled : incoming.Session;
        Assert.Equal(SessionPhase.Open, kept.Phase);
        Assert.Equal(DisconnectReason.Duplicate, swarm.Port.ReasonFor(left));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_same_holds_when_the_dialled_connection_was_there_first(bool theyAreLarger)
    {
        PeerId theirs = theyAreLarger ? Large : Small;
        var swarm = new BrainFixture();
        IPEndPoint listens = swarm.NewAddress();
        FakePeer dialled = swarm.DialAndGreet(listens, theirs);
        FakePeer? incoming = swarm.TryAccept(
            out DisconnectReason reason, new IPEndPoint(listens.Address, 40_000), theirs);
        Assert.Equal(theyAreLarger, incoming is not null);
        Assert.Equal(theyAreLarger ? DisconnectReason.None : DisconnectReason.Duplicate, reason);
        Assert.Equal(!theyAreLarger, dialled.IsOpen);
    }

    [Fact]
    public void A_second_connection_in_the_same_direction_is_the_one_that_goes()
    {
        var swarm = new BrainFixture();
        IPEndPoint first = swarm.NewAddress();
        FakePeer peer = swarm.Accept(first, Large);
        Assert.Null(swarm.TryAccept(out DisconnectReason reason, new IPEndPoint(first.Address, 41_000), Large));
        Assert.Equal(DisconnectReason.Duplicate, reason);
        Assert.True(peer.IsOpen);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_two_connections_to_one_peer_the_one_over_ipv4_stays(bool v4ComesFirst)
    {
        var swarm = new BrainFixture();
        IPEndPoint v4 = swarm.NewAddress();
        var v6 = new IPEndPoint(IPAddress.Parse("2001:db8::1"), v4.Port);
        FakePeer first = swarm.Accept(v4ComesFirst ? v4 : v6, Large);
        FakePeer? second = swarm.TryAccept(out DisconnectReason reason, v4ComesFirst ? v6 : v4, Large);
        Assert.Equal(v4ComesFirst, first.IsOpen);
        Assert.Equal(v4ComesFirst, second is null);
        Assert.Equal(DisconnectReason.Duplicate, v4ComesFirst ? reason : first.Reason);
    }

    [Fact]
    public void Who_comes_from_elsewhere_with_the_id_of_a_peer_does_not_push_it_out()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.DialAndGreet(id: Large);
        Assert.Null(swarm.TryAccept(out DisconnectReason reason, swarm.NewAddress(), Large));
        Assert.Equal(DisconnectReason.Duplicate, reason);
        Assert.True(peer.IsOpen);
    }

    // Two peers dial each other at once. The listen port that arrives on one connection must not decide against it
    // while the handshake on the other is still under way: each side would close what the other keeps.
    [Fact]
    public void A_listen_port_does_not_decide_while_the_other_handshake_is_under_way()
    {
        var swarm = new BrainFixture();
        IPEndPoint listens = swarm.NewAddress();
        PeerSession dialled = swarm.Dial(listens);
        FakePeer incoming = swarm.Accept(new IPEndPoint(listens.Address, 40_000), Large);
        incoming.Extends(new ExtensionHandshake { ListenPort = listens.Port });
        Assert.True(incoming.IsOpen);
        swarm.Lose(dialled);
        Assert.True(incoming.IsOpen);
        swarm.Port.Dials.Clear();
        swarm.Wait(100);
        Assert.Empty(swarm.Port.Dials);
    }

    [Fact]
    public void A_dial_that_ends_at_a_peer_who_meanwhile_dialled_us_is_given_up()
    {
        var swarm = new BrainFixture();
        IPEndPoint listens = swarm.NewAddress();
        swarm.Brain.PeersFound([listens], PeerSources.Tracker, swarm.Now);
        FakePeer incoming = swarm.Accept(new IPEndPoint(listens.Address, 40_000), Small);
        incoming.Extends(new ExtensionHandshake { ListenPort = listens.Port });
        Assert.Null(swarm.Brain.Dialled(listens, swarm.Now));
        swarm.Brain.DialFailed(listens, swarm.Now);
        Assert.True(incoming.IsOpen);
        Assert.Single(swarm.Brain.Sessions);
    }

    // Within an encrypted handshake ours goes out before the brain is asked, and the peer may prefer that connection.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_a_dial_that_greeted_already_and_a_peer_who_meanwhile_dialled_us_the_ids_choose(bool theyAreLarger)
    {
        var swarm = new BrainFixture();
        IPEndPoint listens = swarm.NewAddress();
        PeerId theirs = theyAreLarger ? Large : Small;
        swarm.Brain.PeersFound([listens], PeerSources.Tracker, swarm.Now);
        FakePeer incoming = swarm.Accept(new IPEndPoint(listens.Address, 40_000), theirs);
        incoming.Extends(new ExtensionHandshake { ListenPort = listens.Port });
        PeerSession? dialled = swarm.Brain.Dialled(listens, swarm.Now, isGreeted: true);
        Assert.NotNull(dialled);
        Assert.True(dialled.Outbox.IsEmpty);
        swarm.Greet(dialled, swarm.Greeting(theirs));
        Assert.Equal(theyAreLarger, incoming.IsOpen);
        Assert.Single(swarm.Brain.Sessions);
        swarm.Port.Dials.Clear();
        swarm.Wait(100);
        Assert.Empty(swarm.Port.Dials);
    }

    [Fact]
    public void Our_own_address_that_shows_before_the_dial_has_ended_is_not_dialled_again()
    {
        var swarm = new BrainFixture();
        IPEndPoint here = new(IPAddress.Parse("203.0.113.200"), 6881);
        swarm.Brain.PeersFound([here], PeerSources.Tracker, swarm.Now);
        Assert.Null(swarm.TryAccept(out DisconnectReason reason, new IPEndPoint(here.Address, 4000), BrainFixture.Us));
        Assert.Equal(DisconnectReason.Self, reason);
        Assert.Null(swarm.Brain.Dialled(here, swarm.Now, isGreeted: true));
        swarm.Brain.DialFailed(here, swarm.Now);
        swarm.Port.Dials.Clear();
        swarm.Wait(7200);
        Assert.Empty(swarm.Port.Dials);
    }

    [Fact]
    public void A_connection_to_a_listen_port_that_is_connected_already_is_a_duplicate()
    {
        var swarm = new BrainFixture();
        IPEndPoint listens = swarm.NewAddress();
        FakePeer dialled = swarm.DialAndGreet(listens, Small);
        FakePeer incoming = swarm.Accept(new IPEndPoint(listens.Address, 40_000), Large);
        incoming.Extends(new ExtensionHandshake { ListenPort = listens.Port });
        Assert.Equal(DisconnectReason.Duplicate, incoming.Reason);
        Assert.True(dialled.IsOpen);
    }

    [Fact]
    public void A_hybrid_torrent_moves_an_able_peer_over_to_v2()
    {
        var swarm = new BrainFixture(TorrentVersion.Hybrid);
        TorrentHashes hashes = swarm.Torrent.Info.Hashes;
        Assert.NotNull(swarm.TryAccept(out _, upgrade: true));
        Assert.Equal(hashes.V2!.Value.Truncated, swarm.Answer.InfoHash);
        swarm.Accept();
        Assert.Equal(hashes.V1, swarm.Answer.InfoHash);
        swarm.Accept(hash: hashes.V2!.Value.Truncated);
        Assert.Equal(hashes.V2!.Value.Truncated, swarm.Answer.InfoHash);
        FakePeer dialled = swarm.DialAndGreet(hash: hashes.V2!.Value.Truncated);
        Assert.Equal(hashes.V1, swarm.Answer.InfoHash);
        Assert.True(swarm.Answer.Reserved.SupportsV2Upgrade);
        Assert.True(dialled.IsOpen);
    }

    [Fact]
    public void Connections_beyond_the_limit_are_refused()
    {
        var swarm = new BrainFixture(options: o => o with { MaxPeers = 2 });
        swarm.Accept();
        swarm.Accept();
        Assert.Null(swarm.TryAccept(out DisconnectReason reason));
        Assert.Equal(DisconnectReason.TooManyConnections, reason);
        swarm.Brain.PeersFound([swarm.NewAddress()], PeerSources.Tracker, swarm.Now);
        Assert.Empty(swarm.Port.Dials);
    }

    [Fact]
    public void Of_many_places_most_are_kept_for_those_who_call()
    {
        var swarm = new BrainFixture(options: o => o with { MaxPeers = 100 });
        swarm.Brain.PeersFound(
            [.. Enumerable.Range(0, 90).Select(_ => swarm.NewAddress())], PeerSources.Tracker, swarm.Now);
        Assert.Equal(40, swarm.Port.Dials.Count);
        for (int i = 0; i < 60; i++) swarm.Accept();
        Assert.Equal(60, swarm.Brain.Sessions.Count);
    }

    [Fact]
    public void Of_places_that_nobody_calls_for_three_fifths_are_dialled()
    {
        var swarm = new BrainFixture(options: o => o with { MaxPeers = 100 });
        swarm.Brain.PeersFound(
            [.. Enumerable.Range(0, 120).Select(_ => swarm.NewAddress())], PeerSources.Tracker, swarm.Now);
        // While nobody has answered there is no telling whether there is anybody.
        swarm.Wait(9);
        Assert.Equal(40, swarm.Port.Dials.Count);
        AnswerDials(swarm, upTo: 40);
        for (int called = 0; called < 3; called++)
        {
            swarm.Wait(2.75);
            swarm.Accept();
        }
        Assert.Equal(40, swarm.Port.Dials.Count);
        swarm.Wait(3);
        // The callers have places of those that may be dialled.
        AnswerDials(swarm, upTo: 50 - 3);
        for (int more = 0; more < 3; more++)
        {
            swarm.Wait(3);
            AnswerDials(swarm, upTo: 60 - 3);
        }
    }

    /// <summary>Has those who were dialled since the last time answer; returns them.</summary>
    private static List<FakePeer> AnswerDials(BrainFixture swarm, int upTo)
    {
        Assert.Equal(upTo, swarm.Port.Dials.Count);
        List<FakePeer> answering = [];
        foreach (IPEndPoint dialled in swarm.Port.Dials.ToArray())
            if (!swarm.Brain.Sessions.Any(session => session.Remote.Equals(dialled)))
                answering.Add(swarm.DialAndGreetKnown(dialled));
        return answering;
    }

    [Fact]
    public void Who_only_serves_waits_for_callers()
    {
        var swarm = new BrainFixture(have: BrainFixture.AllOf(6), options: o => o with { MaxPeers = 100 });
        swarm.Brain.PeersFound(
            [.. Enumerable.Range(0, 120).Select(_ => swarm.NewAddress())], PeerSources.Tracker, swarm.Now);
        AnswerDials(swarm, upTo: 40);
        swarm.Wait(30);
        Assert.Equal(40, swarm.Port.Dials.Count);
    }

    [Fact]
    public void Who_has_become_complete_dials_no_more_than_at_first()
    {
        var swarm = new BrainFixture(length: BrainFixture.PieceLength, options: o => o with { MaxPeers = 100 });
        swarm.Brain.PeersFound(
            [.. Enumerable.Range(0, 120).Select(_ => swarm.NewAddress())], PeerSources.Tracker, swarm.Now);
        AnswerDials(swarm, upTo: 40);
        swarm.Wait(3.25);
        List<FakePeer> more = AnswerDials(swarm, upTo: 50);
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        peer.SendAsked();
        swarm.RunDisk();
        Assert.True(swarm.Brain.IsComplete);
        foreach (FakePeer leaving in more) leaving.Vanish();
        swarm.Wait(1);
        Assert.Equal(50, swarm.Port.Dials.Count);
    }

    // P04, as far as the brain decides: a dialled peer that never says who it is.
    [Fact]
    public void A_dialled_peer_has_ten_seconds_for_its_handshake()
    {
        var swarm = new BrainFixture();
        PeerSession session = swarm.Dial(swarm.NewAddress());
        swarm.Wait(9.5);
        Assert.Equal(SessionPhase.Handshaking, session.Phase);
        swarm.Wait(1);
        Assert.Equal(DisconnectReason.HandshakeTimeout, swarm.Port.ReasonFor(session));
    }

    [Fact]
    public void Who_takes_connections_only_to_close_them_is_dialled_less_and_less()
    {
        var swarm = new BrainFixture();
        IPEndPoint there = swarm.NewAddress();
        swarm.Brain.PeersFound([there], PeerSources.Tracker, swarm.Now);
        for (int answered = 0; swarm.Now < TimeSpan.FromHours(1); swarm.Wait(1))
        {
            for (; answered < swarm.Port.Dials.Count; answered++) swarm.Lose(swarm.Brain.Dialled(there, swarm.Now)!);
        }
        Assert.InRange(swarm.Port.Dials.Count, 5, 12);
    }

    [Fact]
    public void Stopping_ends_all_connections_and_takes_no_more()
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept().HaveAll().Unchoke();
        Assert.NotEmpty(peer.Asked);
        swarm.Brain.Stop();
        Assert.Equal(DisconnectReason.Stopping, peer.Reason);
        Assert.Null(swarm.TryAccept(out DisconnectReason reason));
        Assert.Equal(DisconnectReason.Stopping, reason);
        swarm.Brain.PeersFound([swarm.NewAddress()], PeerSources.Tracker, swarm.Now);
        Assert.Empty(swarm.Port.Dials);
        swarm.AssertAtRest();
    }
}
