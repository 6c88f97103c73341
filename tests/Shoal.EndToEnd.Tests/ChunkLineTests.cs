using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

/// <summary>The line protocol for chunks, between the program and peers that know nothing else.</summary>
public sealed class ChunkLineTests : IAsyncDisposable
{
    private readonly TemporaryFolder _home = new();
    private readonly List<ClientProcess> _processes = [];
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(100_001);

    private string Hash => Convert.ToHexStringLower(SHA1.HashData(_content));

    public async ValueTask DisposeAsync()
    {
        foreach (ClientProcess process in _processes) await process.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task A_file_that_others_registered_comes_from_all_of_them_and_is_shared_on()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        await using var even = new PlainPeer(_content, has: n => n % 2 == 0);
        await using var odd = new PlainPeer(_content, has: n => n % 2 == 1);
        await RegisterAsync(tracker, even, n => n % 2 == 0);
        await RegisterAsync(tracker, odd, n => n % 2 == 1);

        ClientProcess get = Start(
            "get", "plain.bin", "--tracker", tracker.Url, "--dir", _home.Folder("to"), "--bind", "127.0.0.1",
            "--keep-seeding");
        JsonElement shared = await tracker.WaitAsync(
            "/lookup?file_name=plain.bin", f => f.GetProperty("peers_count").GetInt32() == 3);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Path.Combine(_home.File("to"), "plain.bin"),
            ProgramRun.Deadline()));
        (int, int) served = (even.Served, odd.Served);
        Assert.True(even.Served >= 49 && odd.Served >= 49, $"{served}");
        // The new source has a torrent, and chunks of the size that the others have.
        Assert.Equal(1024, shared.GetProperty("chunk_size").GetInt32());
        await tracker.WaitAsync("/lookup?file_name=plain.bin", f => f.GetProperty("has_torrent").GetBoolean());

        // Who comes next has it by the torrent, and the plain peers are not asked any more.
        (await ProgramRun.ToEndAsync(
            _home, "get", "plain.bin", "--tracker", tracker.Url, "--dir", _home.Folder("next"),
            "--bind", "127.0.0.1")).Ended(0);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Path.Combine(_home.File("next"), "plain.bin"),
            ProgramRun.Deadline()));
        Assert.Equal(served, (even.Served, odd.Served));
        await get.Input.WriteLineAsync("exit");
        await get.Input.FlushAsync(ProgramRun.Deadline());
        await get.SuccessAsync(ProgramRun.Deadline());
        await tracker.WaitAsync("/lookup?file_name=plain.bin", f => f.GetProperty("peers_count").GetInt32() == 2);
    }

    [Fact]
    public async Task Wrong_bytes_are_an_integrity_fault_and_missing_chunks_are_told()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        byte[] wrong = [.. _content];
        wrong[70_000] ^= 1;
        await using var liar = new PlainPeer(wrong);
        await RegisterAsync(tracker, liar, _ => true);
        string[] get = ["get", "plain.bin", "--tracker", tracker.Url, "--dir", _home.Folder("to")];
        ProgramRun lied = await ProgramRun.ToEndAsync(_home, get);
        Assert.Contains(Hash, lied.Ended(4).Errors[^1], StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_home.File("to")));

        // One who is honest beside the liar is enough.
        await using var honest = new PlainPeer(_content);
        await RegisterAsync(tracker, honest, _ => true);
        (await ProgramRun.ToEndAsync(_home, get)).Ended(0);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Path.Combine(_home.File("to"), "plain.bin"),
            ProgramRun.Deadline()));
    }

    [Fact]
    public async Task A_store_keeps_what_came_in_chunks_and_never_asks_for_it_again()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        string kept;
        string[] get = ["get", "plain.bin", "--tracker", tracker.Url, "--store", _home.File("store")];
        await using (var peer = new PlainPeer(_content))
        {
            await RegisterAsync(tracker, peer, _ => true);
            kept = Assert.Single((await ProgramRun.ToEndAsync(_home, get)).Ended(0).Output);
            Assert.Equal(Path.Combine(_home.File("store"), Hash), kept);
            Assert.True(peer.Served >= 98);
        }
        Assert.Equal([kept], (await ProgramRun.ToEndAsync(_home, get)).Ended(0).Output);
        Assert.Equal(_content, await File.ReadAllBytesAsync(kept, ProgramRun.Deadline()));
    }

    [Fact]
    public async Task A_peer_of_the_first_programs_gets_a_shared_file_chunk_by_chunk()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        string path = Path.Combine(_home.Folder("from"), "plain.bin");
        await File.WriteAllBytesAsync(path, _content, ProgramRun.Deadline());
        Start("share", path, "--tracker", tracker.Url, "--bind", "127.0.0.1");
        JsonElement file = await tracker.SharedAsync("plain.bin");
        Assert.Equal(Hash, file.GetProperty("file_hash").GetString());
        JsonElement peer = Assert.Single(file.GetProperty("peers").EnumerateArray());

        using var copy = new MemoryStream();
        foreach (JsonElement chunk in peer.GetProperty("chunks").EnumerateArray())
        {
            using TcpClient client = new();
            await client.ConnectAsync(
                peer.GetProperty("ip").GetString()!, peer.GetProperty("port").GetInt32(), ProgramRun.Deadline());
            await client.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
                    $"GET_CHUNK {Hash} {chunk.GetInt32()}\n")),
                ProgramRun.Deadline());
            using StreamReader reader = new(client.GetStream());
            copy.Write(Convert.FromBase64String((await reader.ReadLineAsync(ProgramRun.Deadline()))!));
        }
        Assert.Equal(_content, copy.ToArray());
    }

    [Fact]
    public async Task Who_keeps_seeding_what_came_in_chunks_shares_it_by_the_hash_that_it_was_found_by()
    {
        await using CatalogueTracker tracker = await CatalogueTracker.StartAsync(_home);
        string hash = Convert.ToHexStringLower(SHA256.HashData(_content));
        string[] get = ["get", "plain.bin", "--tracker", tracker.Url, "--bind", "127.0.0.1", "--dir"];
        await using (var peer = new PlainPeer(_content))
        {
            await RegisterAsync(tracker, peer, _ => true, hash);
            Start([.. get, _home.Folder("first"), "--keep-seeding"]);
            await tracker.WaitAsync(
                $"/lookup?file_hash={hash}", f => f.GetProperty("has_torrent").GetBoolean());
        }
        (await ProgramRun.ToEndAsync(_home, [.. get, _home.Folder("second")])).Ended(0);
        Assert.Equal(_content, await File.ReadAllBytesAsync(Path.Combine(_home.File("second"), "plain.bin"),
            ProgramRun.Deadline()));
    }

    private async Task RegisterAsync(
        CatalogueTracker tracker, PlainPeer peer, Func<int, bool> has, string? hash = null)
    {
        JsonElement reply = await tracker.PostAsync("/register", new
        {
            file_name = "plain.bin",
            file_hash = hash ?? Hash,
            file_size = _content.Length,
            chunks = Enumerable.Range(0, 98).Where(has),
            ip = "127.0.0.1",
            port = peer.EndPoint.Port,
        });
        Assert.Equal("Peer registered successfully", reply.GetProperty("message").GetString());
    }

    private ClientProcess Start(params string[] arguments)
    {
        ClientProcess process = ProgramRun.Start(_home, arguments);
        _processes.Add(process);
        return process;
    }
}
