using Shoal.Protocol.Torrents;
using Shoal.TestKit;
using static Shoal.Protocol.Tests.Bencoding.Bencoded;
using static Shoal.Protocol.Tests.Torrents.TorrentShapes;

namespace Shoal.Protocol.Tests.Torrents;

public sealed class MetainfoReaderTests
{
    private static readonly byte[] Info = V1Single(1, 16384, Pieces(1));

    [Theory]
    [InlineData("")]
    [InlineData("7:torrent")]
    [InlineData("le")]
    [InlineData("i1e")]
    [InlineData("de")]
    [InlineData("d4:info5:helloe")]
    [InlineData("d4:infolee")]
    [InlineData("d4:infodee")]
    [InlineData("d8:announce3:urle")]
    public void A_file_without_an_info_dictionary_is_refused(string text) =>
        RefuseFile(System.Text.Encoding.ASCII.GetBytes(text));

    [Fact]
    public void A_file_over_the_limit_is_refused_before_it_is_parsed() =>
        Assert.Contains("10000000", RefuseFile(new byte[10_000_001]), StringComparison.Ordinal);

    [Fact]
    public void Every_truncation_of_a_file_is_refused()
    {
        byte[] file = TestTorrents.Create(TorrentVersion.Hybrid, 16384, ("a", 40_000), ("b", 1)).TorrentBytes;
        for (int length = 0; length < file.Length; length++) RefuseFile(file[..length]);
        LoadFile(file);
        LoadFile([.. file, (byte)'\n']);
    }

    [Fact]
    public void Trackers_come_once_and_only_of_known_kinds()
    {
        byte[] file = Dict(
            ("announce", " http://one/announce "),
            ("announce-list", List(
                List("udp://two:80", "http://one/announce", "udp://two:80", ""),
                List("ws://no", "ftp://no", "javascript:alert(1)", "file:///etc/passwd", "http://", "no", "/announce"),
                List(),
                "https://three/x",
                List(5, List("http://deep")),
                List("http://line\r\nend/", "udp://four:1/announce"))),
            ("info", Info));
        Metainfo metainfo = LoadFile(file);
        Assert.Equal(
            [["udp://two:80", "http://one/announce"], ["https://three/x"], ["udp://four:1/announce"]],
            metainfo.Trackers.Select(tier => tier.ToArray()));
    }

    [Fact]
    public void An_announce_that_the_list_lacks_is_the_first_tier()
    {
        byte[] file = Dict(("announce", "http://main/"), ("announce-list", List(List("udp://two:80"))), ("info", Info));
        Assert.Equal([["http://main/"], ["udp://two:80"]], LoadFile(file).Trackers.Select(tier => tier.ToArray()));
        Assert.Equal([["http://main/"]], LoadFile(Dict(("announce", "http://main/"), ("info", Info)))
            .Trackers.Select(tier => tier.ToArray()));
        Assert.Empty(LoadFile(Dict(("announce", 5), ("announce-list", "x"), ("info", Info))).Trackers);
    }

    [Fact]
    public void Trackers_web_seeds_and_nodes_are_limited_in_number_and_length()
    {
        string tooLong = "http://h/" + new string('x', 9000);
        object[] urls = [tooLong, .. Enumerable.Range(0, 1000).Select(i => $"http://h/{i}")];
        object[] nodes = [.. Enumerable.Range(0, 1000).Select(i => (object)List($"h{i}", 1))];
        Metainfo metainfo = LoadFile(Dict(
            ("announce-list", List(List(urls))), ("info", Info), ("nodes", List(nodes)), ("url-list", List(urls))));
        Assert.Equal(TorrentLimits.MaxTrackers, metainfo.Trackers.Sum(tier => tier.Length));
        Assert.Equal(TorrentLimits.MaxWebSeeds, metainfo.WebSeeds.Length);
        Assert.Equal(TorrentLimits.MaxNodes, metainfo.Nodes.Length);
    }

    [Fact]
    public void Web_seeds_are_a_string_or_a_list()
    {
        Assert.Equal(["http://a/ b"], LoadFile(Dict(("info", Info), ("url-list", " http://a/ b "))).WebSeeds);
        byte[] list = List("http://a/", "", "ftp://c/", 3, "https://b/", "http://a/");
        Assert.Equal(["http://a/", "https://b/"], LoadFile(Dict(("info", Info), ("url-list", list))).WebSeeds);
        Assert.Empty(LoadFile(Dict(("info", Info), ("url-list", ""))).WebSeeds);
        Assert.Empty(LoadFile(Dict(("info", Info), ("url-list", 5))).WebSeeds);
    }

    [Fact]
    public void Nodes_with_impossible_hosts_or_ports_are_dropped()
    {
        byte[] nodes = List(
            List("router", 6881), List("x", 0), List("x", 70000), List(new string('h', 300), 1), List("::1", 5),
            List(1, 2), List("x"), List(), "x", List("", 1), List("a b", 1), List("a/b", 1), List("x", "1"));
        Assert.Equal([("router", 6881), ("::1", 5)], LoadFile(Dict(("info", Info), ("nodes", nodes))).Nodes);
    }

    [Fact]
    public void Text_and_date_are_optional_and_bounded()
    {
        Metainfo metainfo = LoadFile(Dict(
            ("comment", "plain"), ("comment.utf-8", "bétter"), ("created by", new string('x', 200_000)),
            ("creation date", 1_700_000_000), ("info", Info)));
        Assert.Equal("bétter", metainfo.Comment);
        Assert.Equal(TorrentLimits.MaxTextLength, metainfo.CreatedBy?.Length);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), metainfo.CreationDate);
        Metainfo odd = LoadFile(Dict(("comment", 4), ("creation date", long.MaxValue), ("info", Info)));
        Assert.Null(odd.Comment);
        Assert.Null(odd.CreationDate);
        Assert.Null(LoadFile(Dict(("creation date", -1), ("info", Info))).CreationDate);
    }

    [Fact]
    public void What_stands_beside_the_info_dictionary_does_not_change_the_hash() =>
        Assert.Equal(
            LoadFile(Dict(("info", Info))).Info.Hashes,
            LoadFile(Dict(("z", 1), ("info", Info), ("announce", "http://x/"))).Info.Hashes);
}
