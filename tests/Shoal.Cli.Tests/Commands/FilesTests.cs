using Shoal.Cli.Commands;
using Shoal.Clients;

namespace Shoal.Cli.Tests.Commands;

public sealed class FilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shoal-cli-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_path_is_found_from_the_folder_it_begins_in()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "set", "sub"));
        File.WriteAllText(Path.Combine(_folder, "set", "a"), "12345");
        File.WriteAllText(Path.Combine(_folder, "set", "sub", ".hidden"), "678");
        ContentPath content = ContentPath.Find("set/", _folder);
        Assert.Equal(("set", _folder), (content.Name, content.Parent));
        Assert.Equal(8, content.Measure());
        Assert.Equal(5, ContentPath.Find("set/a", _folder).Measure());
    }

    [Fact]
    public void A_path_that_is_not_there_is_not_found() =>
        Assert.Equal(ExitCode.NotFound, Assert.Throws<CliException>(() => ContentPath.Find("no", _folder)).ExitCode);

    [Fact]
    public void The_root_of_a_file_system_has_no_name_to_share_under() =>
        Assert.Equal(
            ExitCode.Usage,
            Assert.Throws<CliException>(() => ContentPath.Find(Path.GetPathRoot(_folder)!, _folder)).ExitCode);

    [Fact]
    public void A_torrent_goes_into_a_folder_under_the_name_of_its_content_and_never_into_one_that_is_not_there()
    {
        Assert.Equal(Path.Combine(_folder, "set.torrent"), TorrentWriter.Target(_folder, "set"));
        string file = Path.Combine(_folder, "other.torrent");
        Assert.Equal(file, TorrentWriter.Target(file, "set"));
        CliException error = Assert.Throws<CliException>(
            () => TorrentWriter.Target(Path.Combine(_folder, "no", "x.torrent"), "set"));
        Assert.Equal(ExitCode.NotFound, error.ExitCode);
    }

    [Fact]
    public void A_torrent_replaces_the_one_before_and_leaves_nothing_else()
    {
        string path = Path.Combine(_folder, "x.torrent");
        TorrentWriter.Write(path, "old"u8);
        Assert.Equal(path, TorrentWriter.Write(path, "new"u8));
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Single(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_torrent_that_cannot_be_written_is_a_disk_error() =>
        Assert.Equal(
            ExitCode.Disk,
            Assert.Throws<CliException>(() => TorrentWriter.Write(Path.Combine(_folder, "no", "x"), "a"u8)).ExitCode);

    [Fact]
    public async Task Create_of_what_is_not_there_is_not_found()
    {
        CliOutcome outcome = await CliRunner.RunAsync("create", Path.Combine(_folder, "no"), "-o", "x.torrent");
        Assert.Equal(ExitCode.NotFound, outcome.ExitCode);
    }

    [Theory]
    [InlineData("hybrid")]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task A_single_file_goes_by_the_name_that_its_torrent_is_given(string format)
    {
        string file = Path.Combine(_folder, "a");
        string torrent = Path.Combine(_folder, "x.torrent");
        File.WriteAllText(file, "12345");
        string[] command = ["create", file, "-o", torrent, "--torrent-name", "another", "--format", format];
        Assert.Equal(ExitCode.Ok, (await CliRunner.RunAsync(command)).ExitCode);
        File.Move(file, Path.Combine(_folder, "another"));
        Assert.Equal(ExitCode.Ok, (await CliRunner.RunAsync("verify", torrent, _folder)).ExitCode);
    }

    [Fact]
    public async Task A_folder_is_no_torrent()
    {
        CliOutcome outcome = await CliRunner.RunAsync("get", _folder);
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains("is a folder", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_paths_need_a_folder_for_their_torrents()
    {
        File.WriteAllText(Path.Combine(_folder, "a"), "1");
        File.WriteAllText(Path.Combine(_folder, "b"), "2");
        CliOutcome outcome = await CliRunner.RunAsync("share", "a", "b", "--dir", _folder, "-o", "x.torrent");
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains("is no folder", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tracker_that_is_not_there_is_told_in_a_sentence()
    {
        string url = $"http://127.0.0.1:{FreePort.Next()}/";
        CliOutcome outcome = await CliRunner.RunAsync("files", "--tracker", url);
        Assert.Equal(ExitCode.Network, outcome.ExitCode);
        Assert.Equal(
            $"shoal: The tracker at {url} cannot be asked: the connection was refused.\n", outcome.Error);
    }
}
