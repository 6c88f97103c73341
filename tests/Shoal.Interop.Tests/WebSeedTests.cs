using System.Text.Json;
using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Downloads of the program from nginx, with no tracker that works and no peer.</summary>
public sealed class WebSeedTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_single_file_comes_from_a_web_server()
    {
        CancellationToken deadline = Deadline.Start();
        string content = SampleContent.SingleFile(_folder.Folder("from"), 20_000_003);
        await using NginxServer server = await NginxServer.StartAsync(_folder.File("from"), deadline);
        string torrent = await CreateAsync(content, "hybrid", deadline);
        using JsonDocument got = await GetAsync(torrent, deadline, "--web-seed", server.Url);
        Assert.Equal(20_000_003, Downloaded(got));
        Assert.Empty(SampleContent.Differences(content, _folder.File("to")));
        Assert.All(server.Requests, line => Assert.StartsWith("206 ", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    [InlineData("hybrid")]
    public async Task A_folder_comes_from_a_web_server_and_what_is_there_is_kept(string format)
    {
        CancellationToken deadline = Deadline.Start();
        string content = SampleContent.NestedFolder(_folder.Folder("from"));
        await using NginxServer server = await NginxServer.StartAsync(_folder.File("from"), deadline);
        string torrent = await CreateAsync(content, format, deadline);
        // The first half of a file of 1,234,567 bytes: 37 whole pieces of 16 KiB, in whatever order files come.
        string there = Path.Combine(_folder.Folder("to"), Path.GetFileName(content), "one.bin");
        Directory.CreateDirectory(Path.GetDirectoryName(there)!);
        await File.WriteAllBytesAsync(
            there, (await File.ReadAllBytesAsync(Path.Combine(content, "one.bin"), deadline))[..617_283], deadline);
        using JsonDocument got = await GetAsync(torrent, deadline, "--web-seed", server.Url);
        Assert.InRange(Downloaded(got), 1, 2_177_912 - 36 * 16_384);
        Assert.Empty(SampleContent.Differences(content, _folder.File("to")));
        Assert.All(server.Requests, line => Assert.StartsWith("206 ", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v2")]
    [InlineData("hybrid")]
    public async Task The_web_seed_in_a_torrent_of_libtorrents_is_used(string format)
    {
        CancellationToken deadline = Deadline.Start();
        string content = SampleContent.NestedFolder(_folder.Folder("from"));
        await using NginxServer server = await NginxServer.StartAsync(_folder.File("from"), deadline);
        TestTorrent torrent = await TestTorrent.ByLibtorrentAsync(
            content, Path.Combine(_folder.File("from"), "x.torrent"), format, 32 * 1024, $"{server.Url}announce",
            deadline, "--web-seed", server.Url);
        // A link that the user gives may point to this machine, and the .torrent behind it too.
        await using Client reader = new ShoalClient();
        string link = $"{torrent.MagnetFor(reader)}&xs={Uri.EscapeDataString(server.Url + "x.torrent")}";
        using JsonDocument got = await GetAsync(link, deadline);
        Assert.Empty(SampleContent.Differences(content, _folder.File("to")));
    }

    private async Task<string> CreateAsync(string content, string format, CancellationToken deadline)
    {
        string torrent = _folder.File("x.torrent");
        await using ClientProcess create = ClientProcess.Start(
            _folder.Path,
            [Checkout.Program, "create", content, "-o", torrent, "--format", format, "--piece-size", "16KiB"]);
        await create.SuccessAsync(deadline);
        return torrent;
    }

    private async Task<JsonDocument> GetAsync(string what, CancellationToken deadline, params string[] options)
    {
        await using ClientProcess get = ClientProcess.Start(
            _folder.Path,
            [
                Checkout.Program, "get", what, "--dir", _folder.Folder("to"), "--bind", "127.0.0.1", "--json",
                .. options,
            ]);
        await get.SuccessAsync(deadline);
        return JsonDocument.Parse(get.Output[^1]);
    }

    private static long Downloaded(JsonDocument got) =>
        got.RootElement.GetProperty("torrents")[0].GetProperty("downloaded").GetInt64();
}
