using System.Collections.Immutable;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Layout;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Layout;

public sealed class FileLayoutTests
{
    private const int PieceLength = 32 * 1024;

    [Fact]
    public void Paths_lie_under_the_name_of_the_torrent() => AssertPaths(
        "t", ["a/b.txt", "c"], ["t/a/b.txt", "t/c"]);

    [Fact]
    public void A_single_file_has_the_name_of_the_torrent()
    {
        TorrentInfo info = Info("movie.mkv", single: true, ["movie.mkv"]);
        Assert.Null(FileLayout.Create(info, out FileLayout layout));
        Assert.Equal("movie.mkv", layout.Files[0].Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("\u202e")]
    public void A_torrent_without_a_usable_name_is_called_by_its_hash(string name)
    {
        TorrentInfo info = Info(name, single: false, ["a"]);
        Assert.Null(FileLayout.Create(info, out FileLayout layout));
        Assert.Equal(new string('0', 39) + "1", layout.Name);
        Assert.Equal(Local(layout.Name + "/a"), layout.Files[0].Path);
    }

    [Fact]
    public void Nothing_climbs_out_of_the_folder() => AssertPaths(
        "..t", ["../../x", "a/../../y", "./z", "..", "a/."],
        ["..t/x", "..t/a/y", "..t/z", "..t/_", "..t/a.1"]);

    [Fact]
    public void Names_that_differ_only_in_case_or_normal_form_get_numbers() => AssertPaths(
        "t", ["Bar.txt", "bar.TXT", "BAR.txt", "\u00e9", "e\u0301"],
        ["t/Bar.txt", "t/bar.1.TXT", "t/BAR.2.txt", "t/\u00e9", "t/e\u0301.1"]);

    [Fact]
    public void Folders_that_differ_only_in_case_hold_distinct_files() => AssertPaths(
        "t", ["A/x", "a/x"], ["t/A/x", "t/a/x.1"]);

    [Fact]
    public void A_number_does_not_take_the_name_of_another_file() => AssertPaths(
        "t", ["a.1.txt", "a.txt", "A.txt"], ["t/a.1.txt", "t/a.txt", "t/A.2.txt"]);

    [Fact]
    public void A_file_that_another_file_needs_as_a_folder_gets_a_number() => AssertPaths(
        "t", ["a", "a/b", "A/c/d", "a/C"], ["t/a.1", "t/a/b", "t/A/c/d", "t/a/C.1"]);

    [Fact]
    public void More_than_500_files_of_one_name_are_refused()
    {
        TorrentInfo info = Info("t", single: false, [.. Enumerable.Repeat("same", 501)]);
        Assert.Null(FileLayout.Create(info, out _));
        info = Info("t", single: false, [.. Enumerable.Repeat("same", 502)]);
        StorageError? error = FileLayout.Create(info, out _);
        Assert.Contains("500", error!.Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Links_and_padding_have_no_path()
    {
        ImmutableArray<TorrentFile> files =
        [
            new TorrentFile { Path = ["a"], Length = 1, Offset = 0 },
            new TorrentFile { Path = ["l"], Length = 0, Offset = 1, SymlinkTarget = ["..", "..", "etc", "passwd"] },
            new TorrentFile { Path = [".pad", "9"], Length = 9, Offset = 1, IsPadding = true },
        ];
        Assert.Null(FileLayout.Create(Info("t", single: false, files), out FileLayout layout));
        Assert.Equal([Local("t/a"), null, null], layout.Files.Select(f => f.Path));
    }

    [Theory]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.V2)]
    [InlineData(TorrentVersion.Hybrid)]
    public void Every_stretch_of_the_piece_space_is_found_in_its_file(TorrentVersion version)
    {
        TestTorrent torrent = TestTorrents.Create(
            version, PieceLength, ("a", 10), ("b", 0), ("c", PieceLength), ("d", 3), ("e", PieceLength + 1), ("f", 0));
        Assert.Null(FileLayout.Create(torrent.Info, out FileLayout layout));
        long total = torrent.Geometry.TotalLength;
        for (long start = 0; start < total; start += 977)
        {
            long length = Math.Min(total - start, 40_000);
            long at = start;
            foreach (FileSegment segment in layout.Locate(start, length))
            {
                Assert.Equal(at, segment.Start);
                Assert.True(segment.Length > 0);
                TorrentFile? file = torrent.Info.Files.FirstOrDefault(
                    f => f.Offset <= at && at < f.End && !f.IsPadding);
                Assert.Equal(file is null ? -1 : torrent.Info.Files.IndexOf(file), segment.File);
                if (file is not null) Assert.Equal(at - file.Offset, segment.Offset);
                if (file is not null) Assert.True(at + segment.Length <= file.End);
                at += segment.Length;
            }
            Assert.Equal(start + length, at);
        }
    }

    private static void AssertPaths(string name, string[] files, string[] expected)
    {
        Assert.Null(FileLayout.Create(Info(name, single: false, files), out FileLayout layout));
        Assert.Equal(expected.Select(Local), layout.Files.Select(f => f.Path!));
    }

    private static string Local(string path) => path.Replace('/', Path.DirectorySeparatorChar);

    private static TorrentInfo Info(string name, bool single, IReadOnlyList<string> paths) => Info(
        name,
        single,
        [.. paths.Select((path, i) => new TorrentFile { Path = [.. path.Split('/')], Length = 1, Offset = i })]);

    private static TorrentInfo Info(string name, bool single, ImmutableArray<TorrentFile> files)
    {
        byte[] hash = new byte[InfoHash.Length];
        hash[^1] = 1;
        return new TorrentInfo
        {
            Hashes = new TorrentHashes(new InfoHash(hash), null),
            Version = TorrentVersion.V1,
            Name = name,
            IsSingleFile = single,
            IsPrivate = false,
            Files = files,
            Geometry = new PieceGeometry(PieceLength, files[^1].End),
            V1Pieces = new byte[InfoHash.Length],
            Raw = Array.Empty<byte>(),
        };
    }
}
