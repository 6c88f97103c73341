using System.Net;
using System.Text.Json;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

/// <summary>Files by name: a tracker with a catalogue, those who share, and those who get.</summary>
public sealed class CatalogueTests : IAsyncDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly List<ClientProcess> _processes = [];

    public async ValueTask DisposeAsync()
    {
        foreach (ClientProcess process in _processes) await process.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task What_is_shared_at_a_tracker_is_listed_and_got_by_its_name()
    {
        string url = await TrackerAsync();
        string content = SampleContent.SingleFile(_home.Folder("from"), 3_000_000);
        string name = Path.GetFileName(content);
        await ShareAsync(url, content);

        ProgramRun list = await ProgramRun.ToEndAsync(_home, "files", "--tracker", url);
        string[] fields = Assert.Single(list.Ended(0).Output).Split('\t');
        Assert.Equal(("3000000", "1", name), (fields[1], fields[2], fields[5]));

        ProgramRun get = await ProgramRun.ToEndAsync(
            _home, "get", name, "--tracker", url, "--dir", _home.Folder("to"), "--bind", "127.0.0.1");
        get.Ended(0);
        Assert.Empty(SampleContent.Differences(content, _home.File("to")));

        ProgramRun missing = await ProgramRun.ToEndAsync(_home, "get", "nothing", "--tracker", url);
        Assert.Contains("'nothing' is neither", missing.Ended(3).Errors[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_downloader_becomes_a_source_and_leaves_at_its_end()
    {
        string url = await TrackerAsync();
        string content = SampleContent.SingleFile(_home.Folder("from"), 1_000_000);
        await ShareAsync(url, content);
        ClientProcess get = Start(
            "get", Path.GetFileName(content), "--tracker", url, "--dir", _home.Folder("to"), "--bind", "127.0.0.1",
            "--keep-seeding", "--json-lines");
        await get.LineAsync(l => l.Contains("\"registered\"", StringComparison.Ordinal), ProgramRun.Deadline());
        Assert.Equal(2, await SourcesAsync(url));
        await get.Input.WriteLineAsync("exit");
        await get.Input.FlushAsync(ProgramRun.Deadline());
        await get.SuccessAsync(ProgramRun.Deadline());
        Assert.Equal(1, await SourcesAsync(url));
    }

    [Fact]
    public async Task Of_one_name_and_two_contents_the_hash_chooses()
    {
        string url = await TrackerAsync();
        string[] contents = [Path.Combine(_home.Folder("a"), "same.txt"), Path.Combine(_home.Folder("b"), "same.txt")];
        foreach (string content in contents)
        {
            await File.WriteAllTextAsync(content, content, ProgramRun.Deadline());
            await ShareAsync(url, content);
        }
        ProgramRun get = await ProgramRun.ToEndAsync(_home, "get", "same.txt", "--tracker", url);
        Assert.Contains("Several files are called 'same.txt'", get.Ended(2).Errors[^1], StringComparison.Ordinal);
        foreach (string line in get.Errors.SkipLast(1))
        {
            ProgramRun chosen = await ProgramRun.ToEndAsync(
                _home, "get", line.Split(' ')[0], "--tracker", url, "--dir", _home.Folder("to"), "--bind", "127.0.0.1");
            chosen.Ended(0);
            Assert.Contains(await File.ReadAllTextAsync(Path.Combine(_home.File("to"), "same.txt"),
                ProgramRun.Deadline()), contents);
            File.Delete(Path.Combine(_home.File("to"), "same.txt"));
        }
    }

    [Fact]
    public async Task Each_file_of_a_folder_is_shared_also_one_that_comes_later_until_it_goes()
    {
        string url = await TrackerAsync();
        string folder = _home.Folder("each");
        Directory.CreateDirectory(Path.Combine(folder, "sub"));
        await File.WriteAllTextAsync(Path.Combine(folder, "one.txt"), "1", ProgramRun.Deadline());
        await File.WriteAllTextAsync(Path.Combine(folder, "sub", "two.txt"), "22", ProgramRun.Deadline());
        await File.WriteAllTextAsync(Path.Combine(folder, ".hidden"), "333", ProgramRun.Deadline());
        Start("share", folder, "--each", "--tracker", url, "--bind", "127.0.0.1");
        await NamesAsync(url, "one.txt two.txt");
        await File.WriteAllTextAsync(Path.Combine(folder, "later.txt"), "4444", ProgramRun.Deadline());
        await NamesAsync(url, "later.txt one.txt two.txt");
        File.Delete(Path.Combine(folder, "one.txt"));
        await NamesAsync(url, "later.txt two.txt");
    }

    [Fact]
    public async Task A_store_keeps_content_under_its_hash_and_fetches_it_once()
    {
        string url = await TrackerAsync();
        string content = SampleContent.SingleFile(_home.Folder("from"), 500_000);
        string store = _home.File("store");
        ClientProcess share = await ShareAsync(url, content);
        string[] get =
            ["get", Path.GetFileName(content), "--tracker", url, "--store", store, "--bind", "127.0.0.1"];
        string kept = Assert.Single((await ProgramRun.ToEndAsync(_home, get)).Ended(0).Output);
        Assert.Equal(await File.ReadAllBytesAsync(content, ProgramRun.Deadline()),
            await File.ReadAllBytesAsync(kept, ProgramRun.Deadline()));
        // By its magnet link, with nobody there who could send it again.
        string magnet = share.Output.First(l => l.StartsWith("magnet:?", StringComparison.Ordinal));
        share.Kill();
        ProgramRun again = await ProgramRun.ToEndAsync(_home, "get", magnet, "--store", store, "--timeout", "5s");
        Assert.Equal([kept], again.Ended(0).Output);
    }

    private ClientProcess Start(params string[] arguments)
    {
        ClientProcess process = ProgramRun.Start(_home, arguments);
        _processes.Add(process);
        return process;
    }

    private async Task<string> TrackerAsync()
    {
        ClientProcess tracker = Start(
            "tracker", "--bind", "127.0.0.1", "--port", "0", "--data", _home.File("tracker"));
        return await tracker.LineAsync(l => l.StartsWith("http://", StringComparison.Ordinal), ProgramRun.Deadline());
    }

    private async Task<ClientProcess> ShareAsync(string url, string content)
    {
        int before = await CountAsync(url);
        ClientProcess share = Start("share", content, "--tracker", url, "--bind", "127.0.0.1");
        await Eventually.HoldsAsync(
            async () => await CountAsync(url) > before, ProgramRun.Deadline(), $"{content} in the catalogue");
        return share;
    }

    private static async Task NamesAsync(string url, string names) => await Eventually.HoldsAsync(
        async () => await TryFilesAsync(url) is { } files
            && string.Join(' ', files.Select(f => f.GetProperty("file_name").GetString())
                .Order(StringComparer.Ordinal)) == names,
        ProgramRun.Deadline(),
        $"{names} in the catalogue");

    private static async Task<int> SourcesAsync(string url) =>
        (await FilesAsync(url))[0].GetProperty("peers_count").GetInt32();

    private static async Task<int> CountAsync(string url) => (await FilesAsync(url)).Length;

    private static async Task<JsonElement[]> FilesAsync(string url)
    {
        JsonElement[]? files = null;
        await Eventually.HoldsAsync(
            async () => (files = await TryFilesAsync(url)) is not null, ProgramRun.Deadline(), "a list of files");
        return files!;
    }

    // Those that somebody shares: a torrent stays for a while without. Null when the tracker has been asked too often.
    private static async Task<JsonElement[]?> TryFilesAsync(string url)
    {
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
        using HttpResponseMessage reply = await http.GetAsync(
            url.Replace("/announce", "/files", StringComparison.Ordinal), ProgramRun.Deadline());
        if (reply.StatusCode == HttpStatusCode.TooManyRequests) return null;
        string json = await reply.EnsureSuccessStatusCode().Content.ReadAsStringAsync(ProgramRun.Deadline());
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. document.RootElement.GetProperty("files").EnumerateArray()
            .Where(f => f.GetProperty("peers_count").GetInt32() > 0).Select(f => f.Clone())];
    }
}
