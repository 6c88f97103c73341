using System.Collections.Immutable;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol.Bencoding;
using Shoal.Protocol.Torrents;
using Shoal.TestKit;

namespace Shoal.Protocol.Tests.Torrents;

public sealed class TorrentInfoBuilderTests
{
    public static readonly TheoryData<TorrentVersion> Versions =
        [TorrentVersion.V1, TorrentVersion.V2, TorrentVersion.Hybrid];

    [Theory]
    [MemberData(nameof(Versions))]
    public void What_is_built_is_read_back_as_it_was_laid_out(TorrentVersion version) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(60), Prop.ForAll(FileSets.ToArbitrary(), files =>
        {
            TestTorrent torrent = TestTorrents.Create(version, 16384, "set", false, files);
            var builder = TorrentInfoBuilder.Create("set", version, 16384, false, files);
            Assert.Equal(
                builder.Files.Select(f => (f.DisplayPath, f.Offset, f.Length, f.IsPadding, f.IsExecutable)),
                torrent.Info.Files.Select(f => (f.DisplayPath, f.Offset, f.Length, f.IsPadding, f.IsExecutable)));
            Assert.Equal(version, torrent.Info.Version);
            Assert.Equal(builder.TotalLength, torrent.Geometry.TotalLength);
            Assert.Equal(torrent.Info.ContentLength, torrent.Geometry.PayloadTotal);
            Assert.Equal(torrent.TorrentBytes, MetainfoWriter.Write(torrent.Metainfo));
        }));

    [Fact]
    public void Files_are_sorted_by_the_bytes_of_each_element()
    {
        string[] paths = ["a.txt", "a/b", "a/B", "a", "é", "\uffee", "\U0001f41f", "Z", "a!/x", "\ud7ff", "\ue000"];
        ImmutableArray<string>[] sorted = [.. paths.Select(p => ImmutableArray.Create(p.Split('/')))];
        Array.Sort(sorted, TorrentPathOrder.Instance);
        ImmutableArray<string>[] byBytes = [.. sorted.Order(Comparer<ImmutableArray<string>>.Create((x, y) =>
        {
            for (int i = 0; i < Math.Min(x.Length, y.Length); i++)
            {
                int order = Encoding.UTF8.GetBytes(x[i]).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y[i]));
                if (order != 0) return order;
            }
            return x.Length - y.Length;
        }))];
        Assert.Equal(byBytes.Select(p => string.Join('/', p)), sorted.Select(p => string.Join('/', p)));
        Assert.Equal("Z", sorted[0][0]);
        Assert.Equal("\U0001f41f", sorted[^1][0]);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "a/b")]
    [InlineData("a/b", "a/b/c")]
    [InlineData("a//b", "c")]
    [InlineData("", "c")]
    public void Paths_that_cannot_be_together_are_refused(string first, string second) =>
        Assert.Throws<ArgumentException>(() => TorrentInfoBuilder.Create(
            "n", TorrentVersion.V1, 16384, false, [File(first, 1), File(second, 1)]));

    [Fact]
    public void Names_that_become_the_same_bytes_are_refused() =>
        Paths_that_cannot_be_together_are_refused("\ud800", "\ufffd");

    [Fact]
    public void A_torrent_needs_a_file_and_its_hashes()
    {
        Assert.Throws<ArgumentException>(() => TorrentInfoBuilder.Create("n", TorrentVersion.V1, 16384, false, []));
        Assert.Throws<ArgumentException>(() =>
            TorrentInfoBuilder.Create("n", TorrentVersion.V1, 16384, true, [File("a", 1), File("b", 1)]));
        Assert.Throws<InvalidOperationException>(() =>
            TorrentInfoBuilder.Create("n", TorrentVersion.V1, 16384, true, [File("a", 1)]).Build());
        Assert.Throws<InvalidOperationException>(() =>
            TorrentInfoBuilder.Create("n", TorrentVersion.V2, 16384, true, [File("a", 1)]).Build());
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void Private_and_executable_survive(TorrentVersion version)
    {
        TorrentFile file = File("run", 1) with { IsExecutable = true, PiecesRoot = Sha256Hash.Of("x"u8) };
        if (version == TorrentVersion.V1) file = file with { PiecesRoot = null };
        var builder = TorrentInfoBuilder.Create("run", version, 16384, true, [file]) with
        {
            IsPrivate = true,
            V1Pieces = version == TorrentVersion.V2 ? default : new byte[20],
        };
        Assert.True(TorrentInfoReader.TryRead(builder.Build(), out TorrentInfo? info, out string? error), error);
        Assert.True(info.IsPrivate);
        Assert.True(info.Files[0].IsExecutable);
        Assert.True(info.IsSingleFile);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public void A_whole_file_survives_writing_and_reading(TorrentVersion version)
    {
        Metainfo metainfo = TestTorrents.Create(version, 16384, ("a", 50_000), ("b/c", 3)).Metainfo with
        {
            Trackers = [["http://a/announce", "udp://b:1"], [], ["https://c/"]],
            WebSeeds = ["http://w/", "http://x/"],
            Nodes = [("router", 1), ("::1", 65535)],
            Comment = "a comment",
            CreatedBy = "Shoal",
            CreationDate = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000),
        };
        byte[] file = MetainfoWriter.Write(metainfo);
        Assert.True(MetainfoReader.TryRead(file, out Metainfo? read, out string? error), error);
        Assert.Equal([["http://a/announce", "udp://b:1"], ["https://c/"]], read.Trackers.Select(t => t.ToArray()));
        Assert.Equal(metainfo.WebSeeds, read.WebSeeds);
        Assert.Equal(metainfo.Nodes, read.Nodes);
        Assert.Equal(
            (metainfo.Comment, metainfo.CreatedBy, metainfo.CreationDate),
            (read.Comment, read.CreatedBy, read.CreationDate));
        Assert.Equal(metainfo.Info.Hashes, read.Info.Hashes);
        Assert.Equal(metainfo.PieceLayers.Count, read.PieceLayers.Count);
        Assert.Equal(file, MetainfoWriter.Write(read));
        Assert.True(BencodeDocument.TryParse(file, BencodeLimits.Torrent, out BencodeDocument? document, out _));
        Assert.True(document.IsCanonical);
    }

    private static TorrentFile File(string path, long length) =>
        new() { Path = [.. path.Split('/')], Length = length, Offset = 0 };

    private static Gen<TorrentFile[]> FileSets =>
        from files in (
            from folder in Gen.Elements("", "d/", "d/e/", "é/")
            from name in Gen.Elements("a", "b", "c.txt", "\U0001f41f", "z z", "Z")
            from length in Gen.Elements(0, 1, 100, 16383, 16384, 16385, 40_000)
            from executable in Gen.Elements(true, false)
            select File(folder + name, length) with { IsExecutable = executable }).ArrayOf()
        let distinct = files.DistinctBy(f => f.DisplayPath).ToArray()
        select (TorrentFile[])[.. distinct, File("one", 1)];
}
