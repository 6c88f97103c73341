using System.Net;
using System.Text.Json;
using Shoal.Clients;
using Shoal.Engine;
using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Tracker;
using Shoal.Tracker.Catalogue;

namespace Shoal.Catalogue.Tests;

public sealed class TorrentTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_torrent_that_is_uploaded_comes_back_byte_for_byte_and_stays_until_it_is_removed()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        CreatedTorrent made = await MakeAsync("Ünüsual; name.bin", 100_000);
        RunningTracker.Reply added = await UploadAsync(tracker, HttpMethod.Post, "/torrents?tags=one,Two", made.Bytes);
        Assert.Equal(HttpStatusCode.OK, added.Status);
        string hash = made.Metainfo.Info.Hashes.ToString();
        Assert.Equal(hash, added["file_hash"].GetString());
        Assert.Equal("[\"one\",\"two\"]", added["tags"].GetRawText());
        Assert.True(added["has_torrent"].GetBoolean());
        foreach (string any in (string[])[hash, made.Metainfo.Info.Hashes.V2!.Value.ToString()])
        {
            RunningTracker.Reply file = await tracker.GetAsync($"/files/{any}/torrent");
            Assert.Equal(made.Bytes.ToArray(), file.Body);
            Assert.Contains("attachment; filename*=UTF-8''%C3%9Cn%C3%BCsual%3B%20name.bin.torrent", file.Headers,
                StringComparison.Ordinal);
        }
        Assert.Equal(1, (await tracker.GetAsync("/files?q=unusual+two"))["total"].GetInt32());
        Assert.Equal(HttpStatusCode.OK, (await tracker.SendAsync(HttpMethod.Delete, $"/files/{hash}", null)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await tracker.GetAsync($"/files/{hash}/torrent")).Status);
        Assert.Equal(0, (await tracker.GetAsync("/files?q=unusual"))["total"].GetInt32());
    }

    [Fact]
    public async Task A_torrent_is_attached_to_a_file_that_was_registered_when_it_is_of_that_file()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        CreatedTorrent made = await MakeAsync("a", 70_000);
        CreatedTorrent other = await MakeAsync("b", 80_000);
        await tracker.PostAsync("/register", """{"file_name":"a","file_hash":"h1","file_size":70000,"port":1}""");
        RunningTracker.Reply wrong = await UploadAsync(tracker, HttpMethod.Put, "/files/h1/torrent", other.Bytes);
        Assert.Equal("The torrent has 80000 bytes of content, the file 70000.", wrong.Error);
        RunningTracker.Reply right = await UploadAsync(tracker, HttpMethod.Put, "/files/h1/torrent", made.Bytes);
        Assert.Equal(made.Metainfo.Info.Hashes.ToString(), right["info_hash"].GetString());
        RunningTracker.Reply second = await UploadAsync(
            tracker, HttpMethod.Put, "/files/h1/torrent", (await MakeAsync("a", 70_000, TorrentVersion.V1)).Bytes);
        Assert.Equal(HttpStatusCode.Conflict, second.Status);
        RunningTracker.Reply again = await UploadAsync(tracker, HttpMethod.Post, "/torrents", made.Bytes);
        Assert.Equal("h1", again["file_hash"].GetString());
        Assert.Equal(1, (await tracker.GetAsync("/files"))["total"].GetInt32());
    }

    [Fact]
    public async Task A_listed_tracker_serves_what_its_catalogue_holds_and_nothing_else()
    {
        TrackerOptions options = new()
        {
            Bind = System.Net.IPAddress.Loopback, Mode = TrackerMode.Listed, DataFolder = _home.File("data"),
        };
        CreatedTorrent made = await MakeAsync("a", 70_000);
        string announce = "/announce?peer_id=bbbbbbbbbbbbbbbbbbbb&port=5&left=1&info_hash="
            + string.Concat(made.Metainfo.Info.Hashes.V1!.Value.ToArray().Select(b => $"%{b:x2}"));
        await using (RunningTracker tracker = await RunningTracker.StartAsync(options))
        {
            Assert.Contains("not registered", (await tracker.GetAsync(announce)).Text, StringComparison.Ordinal);
            await UploadAsync(tracker, HttpMethod.Post, "/torrents", made.Bytes);
            Assert.Contains("8:complete", (await tracker.GetAsync(announce)).Text, StringComparison.Ordinal);
        }
        await using (RunningTracker tracker = await RunningTracker.StartAsync(options))
        {
            Assert.Contains("8:complete", (await tracker.GetAsync(announce)).Text, StringComparison.Ordinal);
            await tracker.SendAsync(HttpMethod.Delete, $"/files/{made.Metainfo.Info.Hashes}", null);
            Assert.Contains("not registered", (await tracker.GetAsync(announce)).Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_comes_in_while_the_list_is_read_anew_stays_in_it()
    {
        var registry = new CatalogueRegistry(null);
        InfoHash[] hashes = [.. Enumerable.Range(0, 3).Select(i => new InfoHash([.. Enumerable.Repeat((byte)i, 20)]))];
        registry.Add([hashes[0]]);
        Thread? adding = null;
        registry.Reload(() =>
        {
            adding = new Thread(() => registry.Add([hashes[2]]));
            adding.Start();
            return [hashes[1]];
        });
        adding!.Join();
        Assert.Equal([false, true, true], hashes.Select(registry.IsRegistered));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("d4:infoi1ee")]
    [InlineData("<!DOCTYPE html>")]
    public async Task What_is_no_torrent_is_refused(string text)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        RunningTracker.Reply reply = await UploadAsync(
            tracker, HttpMethod.Post, "/torrents", System.Text.Encoding.UTF8.GetBytes(text));
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(JsonValueKind.String, reply["error"].ValueKind);
    }

    private static Task<RunningTracker.Reply> UploadAsync(
        RunningTracker tracker, HttpMethod method, string target, ReadOnlyMemory<byte> bytes) =>
        tracker.SendAsync(method, target, new ReadOnlyMemoryContent(bytes));

    private Task<CreatedTorrent> MakeAsync(string name, int length, TorrentVersion version = TorrentVersion.Hybrid)
    {
        File.WriteAllBytes(_home.File(name), [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7))]);
        return TorrentCreator.CreateAsync(
            _home.File(name), new CreateOptions { Version = version }, cancellationToken: Token);
    }
}
