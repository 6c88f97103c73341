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
    public async Task What_is_shared_at_a_tracker_is_listed_searched_and_got_by_its_name()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        string content = SampleContent.SingleFile(_home.Folder("from"), 3_000_000);
        string name = Path.GetFileName(content);
        Start("share", content, "--tracker", tracker.Url, "--bind", "127.0.0.1");
        await tracker.SharedAsync(name);

        string[] words = [name[..3], "nothing-of-that"];
        string[] lines = [.. (await FilesAsync(tracker)).Ended(0).Output];
        string[] fields = Assert.Single(lines).Split('\t');
        Assert.Equal(("3000000", "1", name), (fields[1], fields[2], fields[5]));
        Assert.Equal(lines, (await FilesAsync(tracker, words[0])).Ended(0).Output);
        Assert.Empty((await FilesAsync(tracker, words[1])).Ended(0).Output);
        JsonElement json = (await FilesAsync(tracker, words[0], "--json")).Ended(0).Json;
        Assert.Equal(name, json.GetProperty("files")[0].GetProperty("file_name").GetString());

        ProgramRun get = await ProgramRun.ToEndAsync(
            _home, "get", name, "--tracker", tracker.Url, "--dir", _home.Folder("to"), "--bind", "127.0.0.1");
        get.Ended(0);
        Assert.Empty(SampleContent.Differences(content, _home.File("to")));

        // The same again, in the folder where the file lies now, finds it complete.
        File.Copy(content, _home.File(name));
        ProgramRun again = await ProgramRun.ToEndAsync(
            _home, "get", name, "--tracker", tracker.Url, "--bind", "127.0.0.1", "--json");
        Assert.Equal(0, again.Ended(0).Json.GetProperty("torrents")[0].GetProperty("downloaded").GetInt64());

        ProgramRun missing = await ProgramRun.ToEndAsync(_home, "get", "nothing", "--tracker", tracker.Url);
        Assert.Contains("'nothing' is neither", missing.Ended(3).Errors[^1], StringComparison.Ordinal);
        // A tracker that is killed comes back with all that it knew.
        tracker.Process.Kill();
        await tracker.Process.ExitAsync(ProgramRun.Deadline());
        await using CatalogueTracker later = await CatalogueTracker.StartAsync(_home);
        string line = Assert.Single((await FilesAsync(later)).Ended(0).Output);
        // Which peers there were is in a snapshot, taken now and then.
        Assert.Equal([fields[0], "3000000", name], line.Split('\t').Where((_, i) => i is 0 or 1 or 5));
    }

    [Fact]
    public async Task A_downloader_becomes_a_source_piece_by_piece_and_leaves_at_its_end()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        string content = SampleContent.SingleFile(_home.Folder("from"), 1_000_000);
        string name = Path.GetFileName(content);
        string torrent = _home.File("file.torrent");
        (await ProgramRun.ToEndAsync(
            _home, "create", content, "-o", torrent, "--piece-size", "64KiB", "--tracker", tracker.Url)).Ended(0);
        byte[] bytes = await File.ReadAllBytesAsync(torrent, ProgramRun.Deadline());
        await tracker.TryAsync(HttpMethod.Post, "/torrents", new ByteArrayContent(bytes));
        string[] seed = ["seed", torrent, "--dir", _home.File("from"), "--bind", "127.0.0.1"];
        Start([.. seed, "--have", "0-50%"]);
        await tracker.WaitAsync($"/lookup?file_name={name}", f => f.GetProperty("leechers").GetInt32() > 0);

        // There is only one half to be had, so it stays a source of that half until somebody brings the other.
        ClientProcess get = Start(
            "get", name, "--tracker", tracker.Url, "--dir", _home.Folder("to"), "--bind", "127.0.0.1",
            "--keep-seeding");
        string locations = $"/locations?file_name={name}";
        JsonElement half = await tracker.WaitAsync(
            locations, l => l.GetProperty("count").GetInt32() == 1 && Chunks(l) >= 480);
        Assert.InRange(Chunks(half), 480, 540);
        Start([.. seed, "--missing", "0-6"]);
        await tracker.WaitAsync(locations, l => Chunks(l) == 977);
        Assert.Empty(SampleContent.Differences(content, _home.File("to")));
        await get.Input.WriteLineAsync("exit");
        await get.Input.FlushAsync(ProgramRun.Deadline());
        await get.SuccessAsync(ProgramRun.Deadline());
        await tracker.WaitAsync(locations, l => l.GetProperty("count").GetInt32() == 0);

        static int Chunks(JsonElement locations) =>
            locations.GetProperty("endpoints")[0].GetProperty("chunks").GetArrayLength();
    }

    [Fact]
    public async Task Of_one_name_and_two_contents_the_hash_chooses_and_on_a_terminal_the_user()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        string[] contents = [Path.Combine(_home.Folder("a"), "same.txt"), Path.Combine(_home.Folder("b"), "same.txt")];
        foreach (string content in contents)
        {
            await File.WriteAllTextAsync(content, content, ProgramRun.Deadline());
            Start("share", content, "--tracker", tracker.Url, "--bind", "127.0.0.1");
        }
        await tracker.WaitAsync("/files", f => f.GetProperty("total").GetInt32() == 2
            && f.GetProperty("files").EnumerateArray().All(e => e.GetProperty("peers_count").GetInt32() == 1));
        ProgramRun get = await ProgramRun.ToEndAsync(_home, "get", "same.txt", "--tracker", tracker.Url);
        Assert.Contains("Several files are called 'same.txt'", get.Ended(2).Errors[^1], StringComparison.Ordinal);
        string[] hashes = [.. get.Errors.SkipLast(1).Select(line => line.Split(' ')[0])];
        List<string> got = [];
        foreach (string hash in hashes)
        {
            (await ProgramRun.ToEndAsync(_home, "get", hash, "--tracker", tracker.Url, "--dir",
                _home.Folder("got-" + hash), "--bind", "127.0.0.1")).Ended(0);
            got.Add(await ReadAsync("got-" + hash));
        }
        Assert.Equal(contents.Order(), got.Order());

        // "script" gives the program a terminal.
        string command = $"{Checkout.Program} get same.txt --tracker {tracker.Url} --dir {_home.Folder("asked")} "
            + "--bind 127.0.0.1";
        ClientProcess terminal = ClientProcess.Start(_home.Path, ["script", "-qefc", command, "/dev/null"],
            new Dictionary<string, string> { ["TERM"] = "xterm" });
        _processes.Add(terminal);
        string first = await terminal.LineAsync(
            l => l.Contains(" 1  ", StringComparison.Ordinal), ProgramRun.Deadline());
        await terminal.LineAsync(
            l => l.Contains("Which one, 1 to 2?", StringComparison.Ordinal), ProgramRun.Deadline());
        await terminal.Input.WriteAsync("1\n");
        await terminal.Input.FlushAsync(ProgramRun.Deadline());
        await terminal.SuccessAsync(ProgramRun.Deadline());
        string chosen = hashes.Single(h => first.Contains(h, StringComparison.Ordinal));
        Assert.Equal(await ReadAsync("got-" + chosen), await ReadAsync("asked"));

        Task<string> ReadAsync(string folder) =>
            File.ReadAllTextAsync(Path.Combine(_home.File(folder), "same.txt"), ProgramRun.Deadline());
    }

    [Fact]
    public async Task Each_file_of_a_folder_is_shared_also_one_that_comes_later_until_it_goes()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        string folder = _home.Folder("each");
        Directory.CreateDirectory(Path.Combine(folder, "sub"));
        await File.WriteAllTextAsync(Path.Combine(folder, "one.txt"), "1", ProgramRun.Deadline());
        await File.WriteAllTextAsync(Path.Combine(folder, "sub", "two.txt"), "22", ProgramRun.Deadline());
        await File.WriteAllTextAsync(Path.Combine(folder, ".hidden"), "333", ProgramRun.Deadline());
        Start("share", folder, "--each", "--tracker", tracker.Url, "--bind", "127.0.0.1");
        await NamesAsync("one.txt two.txt");
        await File.WriteAllTextAsync(Path.Combine(folder, "later.txt"), "4444", ProgramRun.Deadline());
        await NamesAsync("later.txt one.txt two.txt");
        (await ProgramRun.ToEndAsync(_home, "get", "later.txt", "--tracker", tracker.Url, "--dir",
            _home.Folder("to"), "--bind", "127.0.0.1")).Ended(0);
        File.Delete(Path.Combine(folder, "one.txt"));
        await NamesAsync("later.txt two.txt");

        // Those that somebody shares: a torrent stays for a while without.
        Task NamesAsync(string names) => tracker.WaitAsync("/files", f => string.Join(' ',
            f.GetProperty("files").EnumerateArray().Where(e => e.GetProperty("peers_count").GetInt32() > 0)
                .Select(e => e.GetProperty("file_name").GetString()).Order(StringComparer.Ordinal)) == names);
    }

    [Fact]
    public async Task A_store_keeps_content_under_its_hash_and_fetches_it_once()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        string content = SampleContent.SingleFile(_home.Folder("from"), 500_000);
        string name = Path.GetFileName(content);
        string store = _home.File("store");
        ClientProcess share = Start("share", content, "--tracker", tracker.Url, "--bind", "127.0.0.1");
        await tracker.SharedAsync(name);
        string[] get = ["get", name, "--tracker", tracker.Url, "--store", store, "--bind", "127.0.0.1"];
        string kept = Assert.Single((await ProgramRun.ToEndAsync(_home, get)).Ended(0).Output);
        Assert.Equal(await File.ReadAllBytesAsync(content, ProgramRun.Deadline()),
            await File.ReadAllBytesAsync(kept, ProgramRun.Deadline()));
        // By name and by its magnet link, with nobody there who could send it again.
        string magnet = share.Output.First(l => l.StartsWith("magnet:?", StringComparison.Ordinal));
        share.Kill();
        Assert.Equal([kept], (await ProgramRun.ToEndAsync(_home, get)).Ended(0).Output);
        ProgramRun again = await ProgramRun.ToEndAsync(_home, "get", magnet, "--store", store);
        Assert.Equal([kept], again.Ended(0).Output);
    }

    [Fact]
    public async Task A_listed_tracker_tracks_what_was_shared_there_and_nothing_else()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home, "--mode", "listed");
        string content = SampleContent.SingleFile(_home.Folder("from"), 50_000);
        Start("share", content, "--tracker", tracker.Url, "--bind", "127.0.0.1");
        JsonElement file = await tracker.SharedAsync(Path.GetFileName(content));
        Assert.Contains("8:intervali", await AnnounceAsync(file.GetProperty("info_hash").GetString()!),
            StringComparison.Ordinal);
        Assert.Contains("not registered", await AnnounceAsync(new string('a', 40)), StringComparison.Ordinal);

        async Task<string> AnnounceAsync(string infoHash)
        {
            using HttpClient http = new(new SocketsHttpHandler { UseProxy = false });
            string escaped = string.Concat(infoHash.Chunk(2).Select(pair => $"%{new string(pair)}"));
            return await http.GetStringAsync(
                $"{tracker.Url}?info_hash={escaped}&peer_id=-XX0000-abcdefghijkl&port=7&left=1", ProgramRun.Deadline());
        }
    }

    [Fact]
    public async Task Beyond_loopback_only_who_has_the_token_registers()
    {
        var secret = new Dictionary<string, string> { ["SHOAL_TRACKER_TOKEN"] = "a token of this test" };
        await using CatalogueTracker tracker =
            await CatalogueTracker.StartAsync(_home, secret, ["--bind", "0.0.0.0"]);
        string url = $"http://127.0.0.1:{new Uri(tracker.Url).Port}/announce";
        string content = SampleContent.SingleFile(_home.Folder("from"), 50_000);
        string[] share = [Checkout.Program, "share", content, "--tracker", url, "--bind", "127.0.0.1"];
        ClientProcess stranger = Start(share[1..]);
        await stranger.ErrorLineAsync(
            l => l.Contains("needs its token for changes", StringComparison.Ordinal)
                && l.Contains("SHOAL_TRACKER_TOKEN", StringComparison.Ordinal),
            ProgramRun.Deadline());
        ProgramRun none = await ProgramRun.ToEndAsync(_home, "files", "--tracker", url);
        Assert.Empty(none.Ended(0).Output);
        _processes.Add(ClientProcess.Start(_home.Path, share, secret));
        await Eventually.HoldsAsync(
            async () => (await ProgramRun.ToEndAsync(_home, "files", "--tracker", url)).Ended(0).Output.Count == 1,
            ProgramRun.Deadline());
        Assert.DoesNotContain(tracker.Process.Errors.Concat(stranger.Errors),
            l => l.Contains(secret["SHOAL_TRACKER_TOKEN"], StringComparison.Ordinal));
    }

    [Fact]
    public async Task Curl_runs_the_examples_of_the_first_clients_against_the_program()
    {
        ClientPackages.NeedBrowser();
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        string root = tracker.Url.Replace("/announce", "", StringComparison.Ordinal);
        const string Body = """
            {
              "file_name": "test.txt",
              "file_hash": "a1b2c3...",
              "file_size": 1024,
              "chunks": [0, 1, 2, 3],
              "ip": "192.168.1.5",
              "port": 6000
            }
            """;
        JsonElement registered = await CurlAsync(
            "-X", "POST", "-H", "Content-Type: application/json", "-d", Body, $"{root}/register");
        Assert.Equal("Peer registered successfully", registered.GetProperty("message").GetString());
        Assert.Equal(1, registered.GetProperty("peers_count").GetInt32());
        JsonElement found = await CurlAsync($"{root}/lookup?file_name=test.txt");
        Assert.Equal("192.168.1.5", found.GetProperty("peers")[0].GetProperty("ip").GetString());
        Assert.Equal("[0,1,2,3]", found.GetProperty("peers")[0].GetProperty("chunks").GetRawText());
        JsonElement files = await CurlAsync($"{root}/files");
        Assert.Equal("test.txt", files.GetProperty("files")[0].GetProperty("file_name").GetString());
        Assert.Equal("3.1.0", (await CurlAsync($"{root}/openapi.json")).GetProperty("openapi").GetString());

        async Task<JsonElement> CurlAsync(params string[] arguments)
        {
            await using ClientProcess curl = ClientProcess.Start(
                _home.Path, ["curl", "-sS", "--noproxy", "*", .. arguments]);
            await curl.SuccessAsync(ProgramRun.Deadline());
            using JsonDocument document = JsonDocument.Parse(string.Join('\n', curl.Output));
            return document.RootElement.Clone();
        }
    }

    private Task<ProgramRun> FilesAsync(CatalogueTracker tracker, params string[] more) =>
        ProgramRun.ToEndAsync(_home, ["files", "--tracker", tracker.Url, .. more]);

    private ClientProcess Start(params string[] arguments)
    {
        ClientProcess process = ProgramRun.Start(_home, arguments);
        _processes.Add(process);
        return process;
    }
}
