using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol.Magnets;

namespace Shoal.Protocol.Tests.Magnets;

public sealed class MagnetLinkTests
{
    private const string Hex = "d4160ff1e785cdfbc8725840431b12bf652654ad";
    private const string Base32Digits = "2QLA74PHQXG7XSDSLBAEGGYSX5SSMVFN";
    private const string V2Hex = "cdf8c16e9c1d1381cd2e8b8aaf8aaeccf9a7fb31d5524a73716085c58fccc70e";
    private const string Plain = "magnet:?xt=urn:btih:" + Hex;

    [Theory]
    [InlineData("")]
    [InlineData("magnet:")]
    [InlineData("magnet:?")]
    [InlineData("magnet:?dn=x")]
    [InlineData("magnet:?xt=")]
    [InlineData("magnet:?xt=blah")]
    [InlineData("magnet:?xt=urn:btih:")]
    [InlineData("magnet:?xt=urn:btih:d4160ff1e785cdfbc8725840431b12bf652654a")]
    [InlineData("magnet:?xt=urn:btih:d4160ff1e785cdfbc8725840431b12bf652654add")]
    [InlineData("magnet:?xt=urn:btih:g4160ff1e785cdfbc8725840431b12bf652654ad")]
    [InlineData("magnet:?xt=urn:btih:2QLA74PHQXG7XSDSLBAEGGYSX5SSMVF")]
    [InlineData("magnet:?xt=urn:btih:2QLA74PHQXG7XSDSLBAEGGYSX5SSMVF1")]
    [InlineData("magnet:?xt=urn:btih:2QLA74PHQXG7XSDSLBAEGGYSX5SSMVF=")]
    [InlineData(" " + Plain)]
    [InlineData(Plain + "\n")]
    [InlineData(Plain + " ")]
    [InlineData(Plain + "&dn=a\nb")]
    [InlineData("magnet:?xt=urn:btih: d4160ff1e785cdfbc8725840431b12bf652654ad")]
    [InlineData("magnet:?xt=urn:btih:d4160ff1e785cdfbc8725840431b12bf652654ad%0A")]
    [InlineData("magnet:?xt=urn:btmh:1220" + Hex)]
    [InlineData("magnet:?xt=urn:btmh:1114" + Hex)]
    [InlineData("magnet:?xt=urn:btmh:" + V2Hex)]
    [InlineData("magnet:?xt=urn:sha1:YNCKHTQCWBTRNJIV4WNAE52SJUQCZO5C")]
    [InlineData("http://example.org/?xt=urn:btih:" + Hex)]
    [InlineData(Plain + "&xt=urn:btih:0000000000000000000000000000000000000000")]
    [InlineData("magnet:?xt=urn:btmh:1220" + V2Hex + "&xt=urn:btmh:1220" + V2Hex + "0")]
    public void Links_that_name_no_torrent_or_two_are_refused(string text)
    {
        Assert.False(MagnetLink.TryParse(text, out MagnetLink? link, out string? error));
        Assert.Null(link);
        Assert.Matches("^The .*\\.$", error);
    }

    [Theory]
    [InlineData(Plain)]
    [InlineData("MAGNET:?XT=URN:BTIH:D4160FF1E785CDFBC8725840431B12BF652654AD")]
    [InlineData("magnet:?xt%3Durn:btih:x&xt=urn%3Abtih%3A" + Hex)]
    [InlineData("magnet:?xt=urn:btih:%644160ff1e785cdfbc8725840431b12bf652654ad")]
    [InlineData("magnet:?xt=urn:btih:" + Base32Digits)]
    [InlineData("magnet:?xt=urn:btih:2qla74phqxg7xsdslbaeggysx5ssmvfn")]
    [InlineData("magnet:?xt.1=urn:btih:" + Hex + "&xt.2=urn:sha1:YNCKHTQCWBTRNJIV4WNAE52SJUQCZO5C")]
    [InlineData(Plain + "&xt=urn:btih:" + Base32Digits)]
    [InlineData(Plain + "&xt=urn:btmh:1114" + Hex)]
    [InlineData(Plain + "&&=&x&dn=&tr=&ws=&so=&x.pe=&xl=&zz=1")]
    public void Every_spelling_of_a_v1_hash_is_read(string text)
    {
        MagnetLink link = Parse(text);
        Assert.Equal(Hex, link.Hashes.V1?.ToString());
        Assert.Null(link.Hashes.V2);
        Assert.Equal(Plain, link.ToString());
    }

    [Fact]
    public void The_private_swarm_is_told_and_safe_to_print()
    {
        MagnetLink link = Parse(Plain + "&x.swarm=the%20%1b%5Bteam&x.swarm=other");
        Assert.Equal("the [team", link.Swarm);
        Assert.Equal(Plain + "&x.swarm=the%20%5Bteam", link.ToString());
        Assert.Null(Parse(Plain + "&x.swarm=").Swarm);
    }

    [Fact]
    public void V2_and_hybrid_links_are_read()
    {
        MagnetLink modern = Parse("magnet:?xt=urn:btmh:1220" + V2Hex.ToUpperInvariant());
        Assert.Null(modern.Hashes.V1);
        Assert.Equal(V2Hex, modern.Hashes.V2?.ToString());
        MagnetLink hybrid = Parse($"magnet:?xt=urn:btmh:1220{V2Hex}&xt=urn:btih:{Hex}");
        Assert.Equal((Hex, V2Hex), (hybrid.Hashes.V1?.ToString(), hybrid.Hashes.V2?.ToString()));
        Assert.True(hybrid.Hashes.Overlaps(modern.Hashes));
        Assert.True(hybrid.Hashes.Overlaps(Parse(Plain).Hashes));
    }

    [Fact]
    public void Trackers_and_web_seeds_of_other_kinds_are_dropped()
    {
        MagnetLink link = Parse(Plain
            + "&tr=http%3A%2F%2Fa%2Fannounce%3Fkey%3Da%2Bb&tr.1=udp://b:80&tr=magnet:?xt=x&tr=&tr=ws://c&tr=udp://b:80"
            + "&tr=http://d/%0d%0aHost:x&tr=https://e/a+b&ws=http://w/&ws=udp://x:1&ws=ftp://y/&ws=http://w/"
            + "&xs=http://s/t.torrent&as=file:///etc/passwd&xs=urn:btpk:00");
        Assert.Equal(["http://a/announce?key=a+b", "udp://b:80", "https://e/a+b"], link.Trackers);
        Assert.Equal(["http://w/"], link.WebSeeds);
        Assert.Equal(["http://s/t.torrent"], link.ExactSources);
    }

    [Fact]
    public void Peers_need_a_host_and_a_port()
    {
        MagnetLink link = Parse(Plain + "&x.pe=127.0.0.1:6881&x.pe=%5B2001:DB8::1%5D:5&X.PE=host.example:65535&x.pe=h:0"
            + "&x.pe=h:65536&x.pe=h:-1&x.pe=h&x.pe=:5&x.pe=2001:db8::1:5&x.pe=[h]:5&x.pe=[::1]&x.pe=a b:5&x.pe=a/b:5"
            + "&x.pe=127.0.0.1:6881&x.pe=h:99999999999");
        Assert.Equal([("127.0.0.1", 6881), ("2001:db8::1", 5), ("host.example", 65535)], link.Peers);
        Assert.Equal(
            Plain + "&x.pe=127.0.0.1:6881&x.pe=[2001:db8::1]:5&x.pe=host.example:65535", link.ToString());
    }

    [Fact]
    public void File_numbers_are_kept_as_ranges_and_wrong_ones_ignored()
    {
        MagnetLink link = Parse(
            Plain + "&so=0,2,4,6-8,6-4,-1,1-,99999999999,0-4294967295,a,,1-2-3, 5,+5,9-9,0-2999999,3000000");
        Assert.Equal(
            [new(0, 0), new(2, 2), new(4, 4), new(6, 8), new(9, 9), new(0, 2_999_999)], link.SelectedFiles);
        Assert.True(link.SelectedFiles[3].Contains(7));
        Assert.False(link.SelectedFiles[3].Contains(9));
        Assert.EndsWith("&so=0,2,4,6-8,9,0-2999999", link.ToString(), StringComparison.Ordinal);
        Assert.Empty(Parse(Plain + "&so=6-4").SelectedFiles);
        Assert.Equal(4096, Parse(Plain + "&so=" + string.Join(',', Enumerable.Range(0, 9000))).SelectedFiles.Length);
    }

    [Theory]
    [InlineData("a+b%20c", "a b c")]
    [InlineData("%1b[31mred%07", "[31mred")]
    [InlineData("abc%E2%80%AEtxt.exe", "abctxt.exe")]
    [InlineData("..%2F..%2Fx", "../../x")]
    [InlineData("%00", "other")]
    [InlineData("+", "other")]
    [InlineData("%FF%zz", "%FF%zz")]
    [InlineData("t%C3%A9st", "tést")]
    public void The_first_name_that_can_be_printed_is_made_safe(string raw, string name) =>
        Assert.Equal(name, Parse($"{Plain}&dn={raw}&dn=other").Name);

    [Fact]
    public void Long_links_cost_no_more_than_their_limits()
    {
        Assert.Equal(255, Parse(Plain + "&dn=" + new string('n', 1_000_000)).Name?.Length);
        string fish = string.Concat(Enumerable.Repeat("%F0%9F%90%9F", 500));
        Assert.Equal(254, Parse(Plain + "&dn=" + fish).Name?.Length);
        IEnumerable<int> numbers = Enumerable.Range(1, 2000);
        string many = string.Concat(numbers.Select(i => $"&tr=http://h/{i}&ws=http://h/{i}&x.pe=h:{i}"));
        MagnetLink link = Parse(Plain + many);
        Assert.Equal((500, 500, 200), (link.Trackers.Length, link.WebSeeds.Length, link.Peers.Length));
        Assert.False(MagnetLink.TryParse(Plain + "&dn=" + new string('n', 5_000_000), out _, out string? error));
        Assert.Contains("characters", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("123", 123L)]
    [InlineData("-1", null)]
    [InlineData("9223372036854775808", null)]
    [InlineData("x", null)]
    public void The_size_is_a_number_or_nothing(string raw, long? length) =>
        Assert.Equal(length, Parse($"{Plain}&xl={raw}").ContentLength);

    [Fact]
    public void Whatever_is_written_is_read_back() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Links.ToArbitrary(), link =>
        {
            MagnetLink read = Parse(link.ToString());
            Assert.Equal(link.Hashes, read.Hashes);
            Assert.Equal(link.Name, read.Name);
            Assert.Equal(link.ContentLength, read.ContentLength);
            Assert.Equal(link.Trackers, read.Trackers);
            Assert.Equal(link.WebSeeds, read.WebSeeds);
            Assert.Equal(link.Peers, read.Peers);
            Assert.Equal(link.SelectedFiles, read.SelectedFiles);
            Assert.Equal(link.ToString(), read.ToString());
        }));

    [Fact]
    public void Every_cut_of_a_link_is_read_or_refused_and_no_more()
    {
        string full = Parse(Plain + "&dn=%F0%9F%90%9F&tr=udp://b:80&x.pe=[::1]:5&so=1-2,3").ToString();
        for (int length = 0; length < full.Length; length++)
            Assert.Equal(length >= Plain.Length, MagnetLink.TryParse(full[..length], out _, out _));
    }

    private static Gen<MagnetLink> Links =>
        from bytes in Gen.Choose(0, 255).ArrayOf(32)
        from kind in Gen.Choose(1, 3)
        from name in Gen.Elements(null, "a & b", "100% + 1", "tést/#?", "\U0001f41f")
        from size in Gen.Elements<long?>(null, 0, long.MaxValue)
        from trackers in Gen.SubListOf("http://a/announce?x=1&y=%20", "udp://b:80", "https://[::1]:8/ä")
        from seeds in Gen.SubListOf("http://w/", "https://w/a%20b")
        from peers in Gen.SubListOf(("127.0.0.1", 1), ("::1", 65535), ("host", 6881))
        from files in Gen.SubListOf(new FileRange(0, 0), new FileRange(3, 9), new FileRange(12, 12))
        let hash = bytes.Select(b => (byte)b).ToArray()
        select new MagnetLink
        {
            Hashes = new TorrentHashes(
                (kind & 1) != 0 ? new InfoHash(hash.AsSpan(0, 20)) : null,
                (kind & 2) != 0 ? new Sha256Hash(hash) : null),
            Name = name,
            ContentLength = size,
            Trackers = [.. trackers],
            WebSeeds = [.. seeds],
            Peers = [.. peers],
            SelectedFiles = [.. files],
        };

    private static MagnetLink Parse(string text)
    {
        Assert.True(MagnetLink.TryParse(text, out MagnetLink? link, out string? error), error);
        return link;
    }
}
