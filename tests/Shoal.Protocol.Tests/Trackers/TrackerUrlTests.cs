using System.Net;
using System.Text;
using Shoal.Protocol.Trackers;

namespace Shoal.Protocol.Tests.Trackers;

public sealed class TrackerUrlTests
{
    private static readonly InfoHash Hash = new([.. Enumerable.Range(0, 20).Select(i => (byte)(i * 13))]);
    private static readonly PeerId Id = new("-SH0100-\u0001 +%&=?#/~.z"u8);

    [Fact]
    public void An_announce_url_carries_every_field_with_raw_bytes_escaped()
    {
        Uri url = TrackerUrl.ForAnnounce(new Uri("http://t.example:80/announce"), Request() with
        {
            Uploaded = 1, Downloaded = 2, Left = 3, Event = AnnounceEvent.Started, Key = 0xab, NumWant = 50,
            TrackerId = "\u00ff&", Address = IPAddress.Parse("::1"),
        });
        Assert.Equal("/announce?info_hash=%00%0D%1A%274AN%5Bhu%82%8F%9C%A9%B6%C3%D0%DD%EA%F7"
            + "&peer_id=-SH0100-%01%20%2B%25%26%3D%3F%23%2F~.z"
            + "&port=6881&uploaded=1&downloaded=2&left=3&key=000000AB&event=started&numwant=50"
            + "&compact=1&no_peer_id=1&trackerid=%FF%26&ip=%3A%3A1", url.PathAndQuery);
    }

    [Theory]
    [InlineData("http://t/announce?passkey=a%2fb", "/announce?passkey=a%2fb&info_hash=")]
    [InlineData("http://t/announce?", "/announce?info_hash=")]
    [InlineData("http://t/announce?a=b&", "/announce?a=b&info_hash=")]
    [InlineData("http://t/k1/announce.php#fragment", "/k1/announce.php?info_hash=")]
    [InlineData("http://t", "/?info_hash=")]
    public void The_path_and_query_of_the_tracker_are_kept(string tracker, string expected) =>
        Assert.StartsWith(expected, TrackerUrl.ForAnnounce(new Uri(tracker), Request()).PathAndQuery,
            StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void No_event_and_no_numwant_are_left_out_but_zero_wanted_is_said()
    {
        string plain = TrackerUrl.ForAnnounce(new Uri("http://t/announce"), Request()).Query;
        Assert.DoesNotContain("event=", plain, StringComparison.Ordinal);
        Assert.DoesNotContain("numwant=", plain, StringComparison.Ordinal);
        Assert.Contains("&left=16384&", plain, StringComparison.Ordinal);
        AnnounceRequest stop = Request() with { Event = AnnounceEvent.Stopped, NumWant = 0 };
        Assert.Contains("&event=stopped&numwant=0&",
            TrackerUrl.ForAnnounce(new Uri("http://t/announce"), stop).Query, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_client_writes_the_tracker_reads()
    {
        AnnounceRequest request = Request() with
        {
            Uploaded = long.MaxValue, Downloaded = 7, Left = 0, Event = AnnounceEvent.Paused, NumWant = 0,
        };
        Uri url = TrackerUrl.ForAnnounce(new Uri("http://t/announce?x=y"), request);
        byte[] query = Encoding.Latin1.GetBytes(url.Query[1..]);
        Assert.True(TrackerQueryReader.TryReadAnnounce(query, out AnnounceQuery read, out string? failure), failure);
        Assert.Equal(Hash, read.InfoHash);
        Assert.Equal(Id, read.PeerId);
        Assert.Equal(6881, read.Port);
        Assert.Equal(long.MaxValue, read.Uploaded);
        Assert.Equal(7, read.Downloaded);
        Assert.True(read.IsSeed);
        Assert.Equal(AnnounceEvent.Paused, read.Event);
        Assert.Equal(0, read.NumWant);
        Assert.True(read.IsCompact);
    }

    [Theory]
    [InlineData("http://t/announce", "/scrape?")]
    [InlineData("http://t/x/announce", "/x/scrape?")]
    [InlineData("http://t/x/announce.php", "/x/scrape.php?")]
    [InlineData("http://t/announce?x2%0644", "/scrape?x2%0644&")]
    [InlineData("http://announce.t/announce", "/scrape?")]
    [InlineData("http://t/a", null)]
    [InlineData("http://t/announce?x=2/4", "/scrape?x=2/4&")]
    [InlineData("http://t/x%064announce", null)]
    [InlineData("http://t/announce/key", null)]
    public void The_scrape_url_replaces_announce_in_the_last_segment(string tracker, string? expected)
    {
        bool possible = TrackerUrl.TryForScrape(new Uri(tracker), [Hash, Hash], out Uri? scrape);
        Assert.Equal(expected is not null, possible);
        if (expected is not null)
            Assert.StartsWith(expected + "info_hash=%00%0D%1A%274AN", scrape!.PathAndQuery, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://u:p@t.example:81/0123456789abcdef/announce?passkey=secret",
        "http://t.example:81/…/announce?…")]
    [InlineData("udp://t.example:6969/announce", "udp://t.example:6969/announce")]
    [InlineData("http://t.example/", "http://t.example")]
    public void A_masked_url_shows_no_secret(string tracker, string expected) =>
        Assert.Equal(expected, TrackerUrl.Mask(new Uri(tracker)));

    private static AnnounceRequest Request() => new() { InfoHash = Hash, PeerId = Id, Port = 6881 };
}
