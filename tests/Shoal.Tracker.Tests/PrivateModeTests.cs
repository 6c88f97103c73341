using System.Net;
using Shoal.Discovery;
using Shoal.Protocol;
using Shoal.Protocol.Addresses;
using Shoal.Protocol.Trackers;
using Shoal.TestKit;
using Shoal.Tracker.Access;

namespace Shoal.Tracker.Tests;

/// <summary>Trackers that serve listed torrents only, or holders of a key only.</summary>
public sealed class PrivateModeTests : IDisposable
{
    private const string Query = "?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb&port=9&left=1";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("/{0}/announce")]
    [InlineData("/announce/{0}")]
    [InlineData("/{0}/announce.php")]
    public async Task A_key_in_the_path_opens_the_tracker_over_both_protocols(string path)
    {
        var keys = KeyRing.Open(_folder.Path);
        keys.Create("for tests", Now, null, out string key);
        await using TrackerServer server = await StartAsync(keys);
        string target = string.Format(System.Globalization.CultureInfo.InvariantCulture, path, key);
        Assert.Contains("5:peers0:", await Exchange.GetAsync(server.Port, target + Query, Token),
            StringComparison.Ordinal);
        AnnounceOutcome udp = await AnnounceAsync(server, target);
        Assert.Null(udp.Error);
        Assert.Single(udp.Reply!.Peers);
        Assert.Contains("8:complete", await Exchange.GetAsync(server.Port,
            $"/{key}/scrape?info_hash=aaaaaaaaaaaaaaaaaaaa", Token), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/announce", "use the announce URL with your key")]
    [InlineData("/00000000000000000000000000000000/announce", "is not valid")]
    [InlineData("/short/announce", "is not valid")]
    public async Task Without_a_good_key_there_is_nothing(string path, string reason)
    {
        await using TrackerServer server = await StartAsync(KeyRing.Open(_folder.Path));
        string body = await Exchange.GetAsync(server.Port, path + Query, Token);
        Assert.Contains(reason, body, StringComparison.Ordinal);
        Assert.Contains("8:retry in5:never", body, StringComparison.Ordinal);
        Assert.Contains(reason, (await AnnounceAsync(server, path)).Error, StringComparison.Ordinal);
        Assert.Contains(reason, await Exchange.GetAsync(server.Port,
            path.Replace("announce", "scrape", StringComparison.Ordinal) + "?info_hash=aaaaaaaaaaaaaaaaaaaa", Token),
            StringComparison.Ordinal);
        Assert.Equal(0, server.Counters.Peers);
    }

    [Fact]
    public async Task A_key_that_is_revoked_or_past_its_time_is_worthless_at_once()
    {
        var time = new ManualTime();
        time.Advance(TimeSpan.FromDays(20_000));
        var keys = KeyRing.Open(_folder.Path);
        keys.Create("", Now, time.GetUtcNow() + TimeSpan.FromHours(1), out string brief);
        TrackerKey made = keys.Create("", Now, null, out string revoked);
        await using TrackerServer server = await TrackerServer.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, Mode = TrackerMode.Private, Keys = keys, Time = time,
        }, Token);
        Assert.Contains("5:peers0:", await Exchange.GetAsync(server.Port, $"/{brief}/announce{Query}", Token),
            StringComparison.Ordinal);
        time.Advance(TimeSpan.FromHours(1));
        Assert.Contains("has expired", await Exchange.GetAsync(server.Port, $"/{brief}/announce{Query}", Token),
            StringComparison.Ordinal);
        Assert.Contains("5:peers", await Exchange.GetAsync(server.Port, $"/{revoked}/announce{Query}", Token),
            StringComparison.Ordinal);
        // As the command line does it, in another process.
        Assert.True(KeyRing.Open(_folder.Path).Revoke(made.Id));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("is not valid", await Exchange.GetAsync(server.Port, $"/{revoked}/announce{Query}", Token),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_guesses_keys_is_not_listened_to_any_more_even_with_a_good_one()
    {
        var keys = KeyRing.Open(_folder.Path);
        keys.Create("", Now, null, out string key);
        await using TrackerServer server = await StartAsync(keys);
        for (int i = 0; i < 20; i++) await Exchange.GetAsync(server.Port, $"/{i:d32}/announce{Query}", Token);
        Assert.Contains("Too many wrong keys", await Exchange.GetAsync(server.Port, $"/{key}/announce{Query}", Token),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_kept_as_hashes_for_their_owner_and_can_be_listed_and_revoked_by_id_or_key()
    {
        var keys = KeyRing.Open(_folder.Path);
        TrackerKey first = keys.Create("first\nof\u001b all", Now, null, out string one);
        keys.Create("second", Now.AddSeconds(1), Now.AddDays(1), out string two);
        string file = File.ReadAllText(_folder.File(KeyRing.FileName));
        Assert.DoesNotContain(one, file, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(_folder.File(KeyRing.FileName)));
        IReadOnlyList<TrackerKey> listed = KeyRing.Open(_folder.Path).Keys;
        Assert.Equal(["firstof all", "second"], listed.Select(k => k.Label));
        Assert.Equal(Now.AddDays(1).ToUnixTimeSeconds(), listed[1].Expires!.Value.ToUnixTimeSeconds());
        Assert.True(keys.Revoke(first.Id));
        Assert.True(keys.Revoke(two));
        Assert.False(keys.Revoke(two));
        Assert.Empty(KeyRing.Open(_folder.Path).Keys);
    }

    [Theory]
    [InlineData("zz")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000 x never l")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000 2026-01-01T00:00:00Z x l")]
    public void A_damaged_file_of_keys_is_told_with_its_line(string line)
    {
        File.WriteAllText(_folder.File(KeyRing.FileName), "# keys\n" + line + "\n");
        IOException error = Assert.Throws<IOException>(() => KeyRing.Open(_folder.Path));
        Assert.Contains("line 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listed_tracker_serves_what_is_listed_and_tells_nothing_of_the_rest()
    {
        string list = _folder.File("list");
        string v2 = string.Concat(Enumerable.Repeat("62", 20)) + string.Concat(Enumerable.Repeat("00", 12));
        File.WriteAllText(list, "# torrents\n\n" + v2 + "\n");
        var time = new ManualTime();
        await using TrackerServer server = await TrackerServer.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, Mode = TrackerMode.Listed, Registry = TorrentListFile.Open(list), Time = time,
        }, Token);
        string other = Query.Replace("aaaaaaaaaaaaaaaaaaaa", "bbbbbbbbbbbbbbbbbbbb", StringComparison.Ordinal);
        Assert.Contains("not registered", await Exchange.GetAsync(server.Port, "/announce" + Query, Token),
            StringComparison.Ordinal);
        Assert.Contains("not registered", (await AnnounceAsync(server, "/announce")).Error, StringComparison.Ordinal);
        Assert.Contains("5:peers0:", await Exchange.GetAsync(server.Port, "/announce" + other, Token),
            StringComparison.Ordinal);
        File.AppendAllText(list, string.Concat(Enumerable.Repeat("61", 20)) + "\n");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("5:peers0:", await Exchange.GetAsync(server.Port, "/announce" + Query, Token),
            StringComparison.Ordinal);
        File.WriteAllText(list, "nonsense\n");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Contains("5:peers", await Exchange.GetAsync(server.Port, "/announce" + Query, Token),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_key_good_or_bad_is_in_the_log()
    {
        var log = new KeptLog();
        var keys = KeyRing.Open(_folder.Path);
        keys.Create("", Now, null, out string good);
        string bad = new('f', good.Length);
        await using (TrackerServer server = await TrackerServer.StartAsync(new TrackerOptions
        {
            Bind = IPAddress.Loopback, Mode = TrackerMode.Private, Keys = keys, Logging = log,
        }, Token))
        {
            foreach (string key in (string[])[good, bad])
            {
                await Exchange.GetAsync(server.Port, $"/{key}/announce{Query}", Token);
                await Exchange.GetAsync(server.Port, $"/{key}/scrape{Query}", Token);
                await AnnounceAsync(server, $"/{key}/announce");
            }
        }
        Assert.Contains("The tracker listens", log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(good, log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(bad, log.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_with_a_line_that_is_no_hash_is_told_with_its_line()
    {
        string list = _folder.File("list");
        File.WriteAllText(list, "6161616161616161616161616161616161616161\nxyz\n");
        Assert.Contains("line 2", Assert.Throws<IOException>(() => TorrentListFile.Open(list)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/announce", "announce", "")]
    [InlineData("/scrape", "scrape", "")]
    [InlineData("/k/announce", "announce", "k")]
    [InlineData("/announce/k", "announce", "k")]
    [InlineData("/k/scrape.php", "scrape", "k")]
    public void A_path_is_split_into_its_word_and_its_key(string path, string word, string key)
    {
        Assert.True(KeyPath.TrySplit(System.Text.Encoding.ASCII.GetBytes(path), out var foundWord, out var foundKey));
        Assert.Equal((word, key), (Text(foundWord), Text(foundKey)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("announce")]
    [InlineData("/")]
    [InlineData("//announce")]
    [InlineData("/a/b/announce")]
    [InlineData("/announce/a/b")]
    [InlineData("/announcer")]
    [InlineData("/files")]
    public void Other_paths_are_none_of_the_announces(string path) =>
        Assert.False(KeyPath.TrySplit(System.Text.Encoding.ASCII.GetBytes(path), out _, out _));

    private static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.ASCII.GetString(bytes);

    private static Task<TrackerServer> StartAsync(KeyRing keys) => TrackerServer.StartAsync(
        new TrackerOptions { Bind = IPAddress.Loopback, Mode = TrackerMode.Private, Keys = keys }, Token);

    private static Task<AnnounceOutcome> AnnounceAsync(TrackerServer server, string path) =>
        new UdpTrackerClient(new TrackerClientOptions()).AnnounceAsync(
            new TrackerSource(new Uri($"udp://127.0.0.1:{server.Port}{path}"), AddressOrigin.User),
            new AnnounceRequest
            {
                InfoHash = new InfoHash("aaaaaaaaaaaaaaaaaaaa"u8), PeerId = PeerId.Ours("abcdefghijkl"u8), Port = 8,
                Left = 1,
            }, Token);
}
