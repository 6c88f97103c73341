using System.Net;
using System.Text;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;
using Shoal.Protocol.Torrents;
using Shoal.Swarm.Peers;
using Shoal.TestKit;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>Extension messages, advice and hashes that no honest peer sends: groups E, P and X.</summary>
public sealed class StrangeExtensionTests
{
    // E02
    [Theory]
    [InlineData("11:ut_metadatai-1e", 0)]
    [InlineData("11:ut_metadatai256e", 0)]
    [InlineData("11:ut_metadata1:7", 0)]
    [InlineData("11:ut_metadatai0e", 0)]
    [InlineData("11:ut_metadatai9223372036854775808e", 0)]
    [InlineData("11:ut_metadatai255e", 255)]
    [InlineData("11:lt_donthavei7e11:ut_metadatai7e", 7)]
    public void Of_the_numbers_for_extensions_only_sound_ones_are_used(string map, int expected)
    {
        var swarm = new BrainFixture(magnet: true);
        FakePeer peer = swarm.Accept();
        peer.Hear();
        SayHandshake(peer, $"1:md{map}e13:metadata_sizei{swarm.Torrent.Info.Raw.Length}e");
        Heard[] asked = [.. peer.Hear().Where(heard => heard.Id == PeerMessageId.Extended)];
        if (expected == 0) Assert.Empty(asked);
        else Assert.Equal(expected, Assert.Single(asked).Payload[0]);
        Assert.True(peer.IsOpen);
    }

    // E02
    [Fact]
    public void Ten_thousand_names_of_extensions_hide_none_that_we_know()
    {
        var swarm = new BrainFixture(magnet: true);
        FakePeer peer = swarm.Accept();
        peer.Hear();
        var map = new StringBuilder();
        for (int i = 0; i < 10_000; i++) map.Append($"6:a{i:00000}i{i % 256}e");
        map.Append("11:ut_metadatai9e");
        SayHandshake(peer, $"1:md{map}e13:metadata_sizei{swarm.Torrent.Info.Raw.Length}e");
        Assert.Equal(9, Assert.Single(peer.Hear(), heard => heard.Id == PeerMessageId.Extended).Payload[0]);
    }

    // E04
    [Theory]
    [InlineData("\u001b[31mred\u001b[0m")]
    [InlineData("<img onerror=alert(1)>")]
    [InlineData("a\0b\r\nc\u202ed")]
    [InlineData("\u00ff\u00fe\u0080")]
    public void A_clients_name_is_fit_to_be_shown(string name)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(name);
        FakePeer peer = new BrainFixture().Accept();
        Say(peer, [.. Encoding.ASCII.GetBytes($"d1:v{bytes.Length}:"), .. bytes, (byte)'e']);
        Assert.DoesNotContain(peer.Session.Client, char.IsControl);
        Assert.DoesNotContain('\u202e', peer.Session.Client);
        Assert.True(peer.IsOpen);
    }

    // E04
    [Theory]
    [InlineData(200_000)]
    [InlineData(1_000_000)]
    public void A_clients_name_is_cut_to_what_can_be_shown(int length)
    {
        FakePeer peer = new BrainFixture().Accept();
        Say(peer, [.. Encoding.ASCII.GetBytes($"d1:v{length}:{new string('x', length)}e")]);
        Assert.InRange(peer.Session.Client.Length, 1, ExtensionHandshake.MaxClientChars);
        Assert.True(peer.IsOpen);
    }

    // E05: what one peer says of our address decides nothing: nobody is dialled, ranked or banned by it.
    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 1, 2, 3, 4, 5 })]
    [InlineData(new byte[] { 127, 0, 0, 1 })]
    [InlineData(new byte[] { 0, 0, 0, 0 })]
    [InlineData(new byte[0])]
    public void What_one_peer_says_of_our_address_changes_nothing(byte[] address)
    {
        var swarm = new BrainFixture();
        IPEndPoint[] known = [swarm.NewAddress(), swarm.NewAddress()];
        FakePeer peer = swarm.Accept();
        Say(peer, [.. Encoding.ASCII.GetBytes($"d6:yourip{address.Length}:"), .. address, (byte)'e']);
        Assert.True(peer.IsOpen);
        swarm.Brain.PeersFound(known, PeerSources.Tracker, swarm.Now);
        Assert.Equal(known.ToHashSet(), swarm.Port.Dials.ToHashSet());
        Heard said = swarm.Accept().Hear()[0];
        Assert.True(ExtensionHandshake.TryRead(said.Payload.AsSpan(1), out ExtensionHandshake? ours));
        Assert.Null(ours.IPv4);
    }

    // P16
    [Theory]
    [InlineData(PeerMessageId.SuggestPiece)]
    [InlineData(PeerMessageId.AllowedFast)]
    public void A_million_pieces_of_advice_are_kept_as_a_few(PeerMessageId kind)
    {
        var swarm = new BrainFixture(length: 100 * BrainFixture.PieceLength);
        FakePeer peer = swarm.Accept();
        for (int i = 0; i < 100; i++)
        {
            peer.Say(buffer =>
            {
                for (int j = 0; j < 10_000; j++)
                {
                    PieceIndex piece = swarm.Geometry.Piece(j % 100);
                    if (kind == PeerMessageId.SuggestPiece) PeerMessages.WriteSuggest(buffer, piece);
                    else PeerMessages.WriteAllowedFast(buffer, piece);
                }
            });
        }
        Assert.True(peer.IsOpen);
        Assert.InRange(peer.Session.Suggested.Count + peer.Session.AllowedFast.Count, 1, 16);
        peer.SayNumbers(kind, 100);
        Assert.Equal(DisconnectReason.OutOfRange, peer.Reason);
        // Before the number of pieces is known nothing can be judged, and nothing is kept.
        FakePeer early = new BrainFixture(magnet: true).Accept().SayNumbers(kind, uint.MaxValue);
        Assert.True(early.IsOpen);
        Assert.Empty(early.Session.Suggested);
        Assert.Empty(early.Session.AllowedFast);
    }

    // P20
    [Theory]
    [InlineData(new byte[] { 0, 0 })]
    [InlineData(new byte[] { 0xff, 0xff })]
    [InlineData(new byte[0])]
    public void The_port_of_a_dht_node_makes_us_connect_nowhere(byte[] port)
    {
        var swarm = new BrainFixture();
        FakePeer peer = swarm.Accept();
        peer.Hear();
        for (int i = 0; i < 100; i++) peer.SayRaw(PeerMessageId.Port, port);
        swarm.Wait(1);
        Assert.True(peer.IsOpen);
        Assert.Empty(peer.Hear());
        Assert.Empty(swarm.Port.Dials);
    }

    // X05: only trackers may name the peers of a private torrent.
    [Fact]
    public void When_the_metadata_says_private_peers_that_others_named_are_left()
    {
        TestTorrent torrent = PrivateTorrent();
        var swarm = new BrainFixture(magnet: true, torrent: torrent);
        (PeerSources Source, bool Stays)[] sources =
        [
            (PeerSources.Dht, false), (PeerSources.PeerExchange, false), (PeerSources.LocalDiscovery, false),
            (PeerSources.Link, false), (PeerSources.Link | PeerSources.User, true),
            (PeerSources.Dht | PeerSources.Tracker, true), (PeerSources.Tracker, true), (PeerSources.User, true),
        ];
        var peers = new List<FakePeer>();
        foreach ((PeerSources source, _) in sources)
        {
            IPEndPoint address = swarm.NewAddress();
            swarm.Brain.PeersFound([address], source, swarm.Now);
            peers.Add(swarm.DialAndGreetKnown(address));
        }
        FakePeer incoming = swarm.Accept();
        IPEndPoint underWay = swarm.NewAddress();
        swarm.Brain.PeersFound([underWay], PeerSources.Dht, swarm.Now);
        swarm.Brain.MetadataAccepted(torrent.Info.Raw);
        swarm.SetContent();
        for (int i = 0; i < sources.Length; i++)
        {
            DisconnectReason expected = sources[i].Stays ? DisconnectReason.None : DisconnectReason.PrivateTorrent;
            Assert.Equal((sources[i].Source, expected), (sources[i].Source, peers[i].Reason));
        }
        Assert.True(incoming.IsOpen);
        Assert.Null(swarm.Brain.Dialled(underWay, swarm.Now));
        swarm.Port.Dials.Clear();
        IPEndPoint stranger = swarm.NewAddress();
        swarm.Brain.PeersFound([stranger, underWay], PeerSources.Dht, swarm.Now);
        swarm.Wait(3600);
        Assert.DoesNotContain(stranger, swarm.Port.Dials);
        Assert.DoesNotContain(underWay, swarm.Port.Dials);
        Assert.All(peers.Take(4), peer => Assert.DoesNotContain(peer.Session.Remote, swarm.Port.Dials));
    }

    // P23
    [Fact]
    public void Who_sends_hashes_that_fold_to_nothing_twice_is_left()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V2, 16 * 1024, ("content.bin", 1200 * 16 * 1024));
        var swarm = new BrainFixture(TorrentVersion.V2, magnet: true, torrent: torrent);
        FakePeer liar = swarm.Accept().HaveAll();
        swarm.Brain.MetadataAccepted(torrent.Info.Raw);
        swarm.SetContent(withLayers: false);
        swarm.Wait(0.5);
        HashRequest[] requests = HashesAskedOf(liar);
        Assert.True(requests.Length >= 2);
        liar.Say(buffer => PeerMessages.WriteHashes(buffer, requests[0], False(torrent, requests[0])));
        Assert.True(liar.IsOpen);
        Assert.Equal(1, liar.Session.HashFaults);
        // An answer to nothing is late and no fault.
        liar.Say(buffer => PeerMessages.WriteHashes(buffer, requests[0], False(torrent, requests[0])));
        Assert.True(liar.IsOpen);
        liar.Say(buffer => PeerMessages.WriteHashes(buffer, requests[1], False(torrent, requests[1])));
        Assert.Equal(DisconnectReason.BadHashes, liar.Reason);
        // Nothing of it was believed: another is asked for the same.
        FakePeer honest = swarm.Accept().HaveAll();
        swarm.Wait(0.5);
        Assert.Contains(requests[0], HashesAskedOf(honest));
    }

    private static byte[] False(TestTorrent torrent, HashRequest request)
    {
        byte[] answer = new byte[request.PayloadLength];
        Assert.True(new HashForest(torrent.Info, torrent.Metainfo.PieceLayers)
            .TryServe(request, answer, out int written));
        answer[written / 2] ^= 1;
        return answer[..written];
    }

    private static HashRequest[] HashesAskedOf(FakePeer peer)
    {
        var requests = new List<HashRequest>();
        foreach (Heard heard in peer.Hear())
        {
            if (heard.Id != PeerMessageId.HashRequest) continue;
            byte[] message = [0, 0, 0, 49, 21, .. heard.Payload];
            PeerFrame.TryRead(message, 1000, out PeerFrame frame, out _);
            Assert.True(frame.TryReadHashRequest(out HashRequest request));
            requests.Add(request);
        }
        return [.. requests];
    }

    private static TestTorrent PrivateTorrent()
    {
        TestTorrent plain = TestTorrents.Create(TorrentVersion.V1, BrainFixture.PieceLength, ("content.bin", 100_000));
        string text = Encoding.Latin1.GetString(plain.Info.Raw.Span);
        byte[] raw = Encoding.Latin1.GetBytes(text[..^1] + "7:privatei1ee");
        Assert.True(TorrentInfoReader.TryRead(raw, out TorrentInfo? info, out string? error), error);
        Assert.True(info.IsPrivate);
        return new TestTorrent(new Metainfo { Info = info }, raw, plain.PieceSpace);
    }

    private static void SayHandshake(FakePeer peer, string keys) => Say(peer, Encoding.ASCII.GetBytes($"d{keys}e"));

    private static void Say(FakePeer peer, byte[] handshake) =>
        peer.Say(buffer => PeerMessages.WriteExtended(buffer, 0, handshake));
}
