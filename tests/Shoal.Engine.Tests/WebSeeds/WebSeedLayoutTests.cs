using FsCheck;
using FsCheck.Fluent;
using Shoal.Discovery;
using Shoal.Engine.WebSeeds;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>From blocks to ranges of files.</summary>
public sealed class WebSeedLayoutTests
{
    [Theory]
    [InlineData("http://h/pub/", "http://h/pub/a%20b.bin")]
    [InlineData("http://h/pub/x.bin", "http://h/pub/x.bin")]
    [InlineData("http://h/pub/?key=1", "http://h/pub/a%20b.bin?key=1")]
    [InlineData("http://h/pub/x.bin?key=/", "http://h/pub/x.bin?key=/")]
    [InlineData("https://u:p@h:8443/", "https://u:p@h:8443/a%20b.bin")]
    public void A_single_file_is_the_url_or_lies_in_its_folder(string url, string expected)
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 16 * 1024, ("a b.bin", 10));
        Assert.Equal(expected, Layout(torrent, url).RangeOf(new WebSeedPart(0, 0, 10)).Url.AbsoluteUri);
    }

    // W05
    [Theory]
    [InlineData("http://h/pub/", "http://h/pub/shoal/d%20%23/%C3%BC%3F%25.txt")]
    [InlineData("http://h/pub", "http://h/pub/shoal/d%20%23/%C3%BC%3F%25.txt")]
    [InlineData("http://h/a%20b/?k=1&l=2", "http://h/a%20b/shoal/d%20%23/%C3%BC%3F%25.txt?k=1&l=2")]
    [InlineData("http://h", "http://h/shoal/d%20%23/%C3%BC%3F%25.txt")]
    public void Each_element_of_a_path_is_encoded_by_itself(string url, string expected)
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 16 * 1024, ("d #/ü?%.txt", 10), ("e", 1));
        Assert.Equal(expected, Layout(torrent, url).RangeOf(new WebSeedPart(0, 0, 10)).Url.AbsoluteUri);
    }

    [Theory]
    [InlineData("..", false)]
    [InlineData(".", false)]
    [InlineData("...", true)]
    [InlineData("..a", true)]
    public void A_name_that_a_url_takes_for_a_direction_is_not_used(string name, bool isUsed)
    {
        TorrentInfo good = TestTorrents.Create(TorrentVersion.V1, 16 * 1024, ("a/b", 10), ("c", 1)).Info;
        TorrentFile file = good.Files[0] with { Path = ["a", name] };
        var info = new TorrentInfo
        {
            Hashes = good.Hashes,
            Version = good.Version,
            Name = good.Name,
            IsSingleFile = false,
            IsPrivate = false,
            Files = [file, good.Files[1]],
            Geometry = good.Geometry,
            V1Pieces = good.V1Pieces,
            Raw = good.Raw,
        };
        Assert.Equal(isUsed, WebSeedLayout.TryMake(info, new Uri("http://h/"), out _));
    }

    [Fact]
    public void Whatever_blocks_are_asked_for_the_parts_are_their_bytes_in_order()
    {
        Prop.ForAll(Cases().ToArbitrary(), test =>
        {
            TestTorrent torrent = TestTorrents.Create(test.Version, 32 * 1024, test.Files);
            WebSeedLayout layout = Layout(torrent, "http://h/");
            var queue = new WebSeedQueue(layout);
            BlockSpan[] blocks = [.. BlocksOf(torrent)];
            if (blocks.Length == 0) return;
            var asked = test.Picks.Select(pick => blocks[pick % blocks.Length]).ToList();
            foreach (BlockSpan block in asked) queue.Add(block);

            var taken = new Queue<BlockSpan>();
            var bytes = new List<byte>();
            while (queue.TakeRun(taken) is { Length: > 0 } run)
            {
                var parts = new Queue<WebSeedPart>();
                layout.AddParts(run.Offset, run.Length, parts);
                foreach (WebSeedPart part in parts)
                {
                    TorrentFile file = torrent.Info.Files[part.File];
                    Assert.InRange(part.First, 0, file.Length - 1);
                    Assert.InRange(part.Length, 1, file.Length - part.First);
                    bytes.AddRange(torrent.FileContent(part.File).Span.Slice((int)part.First, (int)part.Length));
                    if (file.IsPadding) continue;
                    WebSeedRange range = layout.RangeOf(part);
                    Assert.Equal((part.First, part.Length, file.Length), (range.First, range.Length, range.FileLength));
                }
                Assert.Equal(run.Length, parts.Sum(part => part.Length));
            }
            Assert.Equal(asked, taken);
            Assert.True(asked.SelectMany(block => torrent.Block(block).ToArray()).SequenceEqual(bytes));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void Blocks_in_a_row_are_one_run_up_to_sixteen_mebibytes()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 1 << 20, ("content.bin", 18 << 20));
        WebSeedLayout layout = Layout(torrent, "http://h/");
        var queue = new WebSeedQueue(layout);
        foreach (BlockSpan block in BlocksOf(torrent)) queue.Add(block);
        var run = new Queue<BlockSpan>();
        Assert.Equal((0, 16 << 20), queue.TakeRun(run));
        Assert.Equal((16 << 20, 2 << 20), queue.TakeRun(run));
        Assert.Equal((0, 0), queue.TakeRun(run));
    }

    [Fact]
    public void A_cancelled_block_leaves_the_queue_once_and_cuts_the_run()
    {
        TestTorrent torrent = TestTorrents.Create(TorrentVersion.V1, 64 * 1024, ("content.bin", 64 * 1024));
        var queue = new WebSeedQueue(Layout(torrent, "http://h/"));
        BlockSpan[] blocks = [.. BlocksOf(torrent)];
        foreach (BlockSpan block in blocks) queue.Add(block);
        Assert.True(queue.Remove(blocks[1]));
        Assert.False(queue.Remove(blocks[1]));
        var run = new Queue<BlockSpan>();
        Assert.Equal((0, 16 * 1024), queue.TakeRun(run));
        Assert.Equal((32 * 1024, 32 * 1024), queue.TakeRun(run));
        Assert.Equal([blocks[0], blocks[2], blocks[3]], run);
    }

    private static WebSeedLayout Layout(TestTorrent torrent, string url)
    {
        Assert.True(WebSeedLayout.TryMake(torrent.Info, new Uri(url), out WebSeedLayout? layout));
        return layout;
    }

    private static IEnumerable<BlockSpan> BlocksOf(TestTorrent torrent)
    {
        for (int piece = 0; piece < torrent.Geometry.PieceCount; piece++)
            for (int block = 0; block < torrent.Geometry.BlockCount(torrent.Geometry.Piece(piece)); block++)
                yield return torrent.Geometry.Block(torrent.Geometry.Piece(piece), block);
    }

    private static Gen<(TorrentVersion Version, (string Path, int Length)[] Files, int[] Picks)> Cases() =>
        from version in Gen.Elements(TorrentVersion.V1, TorrentVersion.V2, TorrentVersion.Hybrid)
        from lengths in Gen.ListOf(Gen.Frequency(
            (1, Gen.Constant(0)), (4, Gen.Choose(1, 20_000)), (2, Gen.Choose(20_000, 90_000))))
        where lengths.Count < 8 && lengths.Sum() > 0
        from start in Gen.Choose(0, 50)
        from picks in Gen.OneOf(
            Gen.Constant(Enumerable.Range(start, 20).ToList()),
            from list in Gen.ListOf(Gen.Choose(0, 200)) select list.ToList())
        select (version, lengths.Select((length, i) => ($"f/{i}", length)).ToArray(), picks.ToArray());
}
