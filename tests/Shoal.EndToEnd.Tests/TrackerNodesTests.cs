using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

/// <summary>
/// Three nodes at one Redis are one tracker, and stay one when a node dies under load or Redis goes away.
/// </summary>
public sealed class TrackerNodesTests : IDisposable
{
    private const string Hash = "info_hash=aaaaaaaaaaaaaaaaaaaa";
    private const int Workers = 4;
    private const int PeersPerWorker = 250;

    private readonly TemporaryFolder _home = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    public void Dispose()
    {
        _http.Dispose();
        _home.Dispose();
    }

    [Fact]
    public async Task A_node_that_is_killed_under_load_loses_nobody()
    {
        CancellationToken deadline = ProgramRun.Deadline();
        await using RedisServer redis = await RedisServer.StartAsync(deadline);
        await using Node one = await StartAsync(redis, deadline);
        await using Node two = await StartAsync(redis, deadline);
        await using Node three = await StartAsync(redis, deadline);
        Node[] nodes = [one, two, three];
        var answered = new ConcurrentDictionary<int, bool>();
        var half = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] load = [.. Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            for (int i = 0; i < PeersPerWorker; i++)
            {
                int peer = 1 + worker * PeersPerWorker + i;
                // As clients do, who have several trackers or addresses: one that does not answer is left for the next.
                for (int node = peer; ; node++)
                    if (await TryAnnounceAsync(nodes[node % nodes.Length], peer, left: peer % 2, deadline))
                        break;
                answered[peer] = true;
                if (answered.Count == Workers * PeersPerWorker / 2) half.TrySetResult();
            }
        }, deadline))];
        await half.Task.WaitAsync(deadline);
        two.Process.Kill();
        await two.Process.ExitAsync(deadline);
        await Task.WhenAll(load);
        Assert.Equal(Workers * PeersPerWorker, answered.Count);
        // A node that waited for Redis for too long tells its own part of the swarm until its next attempt.
        foreach (Node node in (Node[])[one, three])
            await Eventually.HoldsAsync(async () =>
            {
                string scrape = await GetAsync(node, $"/scrape?{Hash}", deadline);
                return scrape.Contains("8:completei500e", StringComparison.Ordinal)
                    && scrape.Contains("10:incompletei500e", StringComparison.Ordinal);
            }, deadline, "500 seeds and 500 leeches at a node that lives");
    }

    [Fact]
    public async Task Connection_ids_of_one_node_are_good_at_another()
    {
        CancellationToken deadline = ProgramRun.Deadline();
        await using RedisServer redis = await RedisServer.StartAsync(deadline);
        await using Node one = await StartAsync(redis, deadline);
        await using Node other = await StartAsync(redis, deadline);
        await Eventually.HoldsAsync(() => TryAnnounceAsync(one, 1, left: 1, deadline), deadline, "a peer in Redis");
        byte[] connection = (await AskAsync(one, [0, 0, 4, 0x17, 0x27, 0x10, 0x19, 0x80, 0, 0, 0, 0, 1, 2, 3, 4],
            deadline))[8..16];
        byte[] announce =
        [
            .. connection, 0, 0, 0, 1, 1, 2, 3, 4, .. "aaaaaaaaaaaaaaaaaaaa"u8, .. "bbbbbbbbbbbbbbbbbbbb"u8,
            .. new byte[8], 0, 0, 0, 0, 0, 0, 0, 5, .. new byte[8], .. new byte[12], 0, 0, 0, 50, 0, 9,
        ];
        await Eventually.HoldsAsync(async () =>
        {
            byte[] reply = await AskAsync(other, announce, deadline);
            Assert.Equal([0, 0, 0, 1, 1, 2, 3, 4], reply[..8]);
            return reply.AsSpan(20).SequenceEqual((ReadOnlySpan<byte>)[127, 0, 0, 1, 0, 1]);
        }, deadline, "the peer of the first node at the second");
    }

    [Fact]
    public async Task While_Redis_is_away_answers_hold_what_the_node_knows_and_a_warning()
    {
        CancellationToken deadline = ProgramRun.Deadline();
        await using RedisServer redis = await RedisServer.StartAsync(deadline);
        await using Node one = await StartAsync(redis, deadline);
        await using Node other = await StartAsync(redis, deadline);
        await Eventually.HoldsAsync(() => TryAnnounceAsync(one, 1, left: 0, deadline), deadline, "a peer in Redis");
        await redis.KillAsync(deadline);
        string answer = await AnnounceAsync(one, 2, 1, deadline);
        Assert.Contains("15:warning message", answer, StringComparison.Ordinal);
        Assert.Contains("5:peers6:\u007f\0\0\u0001\0\u0001", answer, StringComparison.Ordinal);
        await one.Process.ErrorLineAsync(
            l => l.Contains("Redis cannot be reached", StringComparison.Ordinal), deadline);
        await redis.BeginAsync(deadline);
        await one.Process.ErrorLineAsync(l => l.Contains("Redis is back", StringComparison.Ordinal), deadline);
        await Eventually.HoldsAsync(
            async () => (await AnnounceAsync(other, 3, 1, deadline)).Contains("5:peers12:", StringComparison.Ordinal),
            deadline, "both peers of the first node at the second");
    }

    [Fact]
    public async Task Every_node_finds_what_one_was_told_also_while_Redis_hangs()
    {
        CancellationToken deadline = ProgramRun.Deadline();
        await using RedisServer redis = await RedisServer.StartAsync(deadline);
        await using Node one = await StartAsync(redis, deadline);
        await using Node other = await StartAsync(redis, deadline);
        await RegisterAsync(one, "before.txt", deadline);
        await Eventually.HoldsAsync(
            () => FindsAsync(other, "before.txt", deadline), deadline, "the file of the first node at the second");
        redis.Pause();
        Assert.True(await FindsAsync(other, "before.txt", deadline));
        Assert.Contains("15:warning message", await AnnounceAsync(other, 1, 0, deadline), StringComparison.Ordinal);
        await RegisterAsync(other, "meanwhile.txt", deadline);
        Assert.True(await FindsAsync(other, "meanwhile.txt", deadline));
        redis.Resume();
        await other.Process.ErrorLineAsync(l => l.Contains("Redis is back", StringComparison.Ordinal), deadline);
        await Eventually.HoldsAsync(
            () => FindsAsync(one, "meanwhile.txt", deadline), deadline, "the file of the second node at the first");
        await Eventually.HoldsAsync(
            async () => (await GetAsync(one, $"/scrape?{Hash}", deadline)).Contains("8:completei1e",
                StringComparison.Ordinal),
            deadline, "the seed of the second node at the first");
    }

    private async Task RegisterAsync(Node node, string name, CancellationToken deadline)
    {
        using var body = new StringContent(
            $$"""{"file_name":"{{name}}","file_hash":"{{name}}","file_size":9,"port":1}""");
        using HttpResponseMessage reply = await _http.PostAsync(
            new Uri($"http://127.0.0.1:{node.Port}/register"), body, deadline);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
    }

    private async Task<bool> FindsAsync(Node node, string name, CancellationToken deadline) =>
        (await GetAsync(node, $"/files?q={name[..^4]}", deadline)).Contains(name, StringComparison.Ordinal);

    private async Task<Node> StartAsync(RedisServer redis, CancellationToken deadline)
    {
        ClientProcess process = ProgramRun.Start(
            _home, "tracker", "--bind", "127.0.0.1", "--port", "0", "--redis", redis.Address, "--json-lines");
        string line = await process.LineAsync(
            l => l.Contains("\"tracker_started\"", StringComparison.Ordinal), deadline);
        using JsonDocument json = JsonDocument.Parse(line);
        return new Node(process, json.RootElement.GetProperty("port").GetInt32());
    }

    private async Task<bool> TryAnnounceAsync(Node node, int peer, int left, CancellationToken deadline)
    {
        try
        {
            string answer = await AnnounceAsync(node, peer, left, deadline);
            return answer.Contains("5:peers", StringComparison.Ordinal)
                && !answer.Contains("warning", StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private Task<string> AnnounceAsync(Node node, int peer, int left, CancellationToken deadline) => GetAsync(
        node, $"/announce?{Hash}&peer_id=bbbbbbbbbbbbbbbbbbbb&port={peer}&left={left}&numwant=30", deadline);

    private async Task<string> GetAsync(Node node, string target, CancellationToken deadline) =>
        Encoding.Latin1.GetString(
            await _http.GetByteArrayAsync(new Uri($"http://127.0.0.1:{node.Port}{target}"), deadline));

    private static async Task<byte[]> AskAsync(Node node, byte[] request, CancellationToken deadline)
    {
        using var client = new UdpClient(AddressFamily.InterNetwork);
        client.Connect(IPAddress.Loopback, node.Port);
        await client.SendAsync(request, deadline);
        return (await client.ReceiveAsync(deadline)).Buffer;
    }

    private sealed record Node(ClientProcess Process, int Port) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Process.DisposeAsync();
    }
}
