using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Shoal.Clients;
using Shoal.Engine;
using Shoal.Engine.Lines;
using Shoal.Protocol.Catalogues;

namespace Shoal.Catalogue.Tests;

public sealed class ChunkLineServerTests : IAsyncDisposable
{
    private const int Length = 100_001;

    private readonly TemporaryFolder _home = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(Length);
    private TorrentEngine? _engine;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string Hash => Convert.ToHexStringLower(SHA1.HashData(_content));

    public async ValueTask DisposeAsync()
    {
        if (_engine is not null) await _engine.DisposeAsync();
        _home.Dispose();
    }

    [Fact]
    public async Task A_plain_peer_gets_each_chunk_and_then_the_end_of_the_connection()
    {
        await SeedAsync();
        Assert.Equal(_content[..1024], Convert.FromBase64String(await AskAsync($"GET_CHUNK {Hash} 0")));
        Assert.Equal(_content[99_328..], Convert.FromBase64String(await AskAsync($"GET_CHUNK {Hash} 97")));

        // And a slow one is not cut off before it has read everything.
        using TcpClient client = await ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET_CHUNK {Hash} 3"), Token);
        using StreamReader reader = new(client.GetStream());
        Assert.Equal(_content[3072..4096], Convert.FromBase64String(await reader.ReadToEndAsync(Token)));
    }

    [Fact]
    public async Task Lines_get_lines_on_one_connection_whole_split_and_all_at_once()
    {
        await SeedAsync();
        string lines = $"GET_CHUNK {Hash} 1\nGET_CHUNK {Hash.ToUpperInvariant()} 2\r\n"
            + $"GET_CHUNK {Hash} 98\nGET_CHUNK 00 0\n";
        string[] answers = (await AskAsync(lines, endOfInput: true)).Split('\n');
        Assert.Equal(_content[1024..2048], Convert.FromBase64String(answers[0]));
        Assert.Equal(_content[2048..3072], Convert.FromBase64String(answers[1]));
        Assert.Equal("ERROR this chunk is not here", answers[2]);
        Assert.Equal("ERROR this chunk is not here", answers[3]);

        using TcpClient client = await ConnectAsync();
        using StreamReader reader = new(client.GetStream());
        foreach (char letter in $"GET_CHUNK {Hash} 5\n") client.GetStream().WriteByte((byte)letter);
        Assert.Equal(_content[5120..6144], Convert.FromBase64String((await reader.ReadLineAsync(Token))!));
    }

    [Theory]
    [InlineData("GET_CHUNK {0} 98")]
    [InlineData("GET_CHUNK {0} 2147483647")]
    [InlineData("GET_CHUNK ffffffffffffffffffffffffffffffffffffffff 0")]
    [InlineData("GET_CHUNK {0} x\n")]
    [InlineData("GET_CHUNK {0}{0}{0}{0}{0} 1\n")]
    [InlineData("GET_CHUNK ../../etc/passwd 0")]
    public async Task What_is_not_shared_gets_nothing(string request)
    {
        await SeedAsync();
        Assert.Equal("", await AskAsync(string.Format(null, request, Hash)));
    }

    [Fact]
    public async Task A_torrent_that_nobody_chose_to_serve_by_chunks_is_not()
    {
        await SeedAsync(serves: false);
        Assert.Equal("", await AskAsync($"GET_CHUNK {Hash} 0\n"));
    }

    [Fact]
    public async Task A_file_comes_from_the_engine_to_the_downloader_of_chunks()
    {
        await SeedAsync(chunkSize: 2048);
        string target = _home.File("copy");
        await new ChunkDownload(new ChunkDownloadOptions
        {
            FileHash = Hash, FileSize = Length, ChunkSize = 2048, Path = target,
            Peers = [new ChunkPeer(new IPEndPoint(IPAddress.Loopback, _engine!.Port), ChunkSet.Whole(49))],
        }).RunAsync(Token);
        Assert.Equal(_content, await File.ReadAllBytesAsync(target, Token));
        await _engine.DisposeAsync();
        Assert.Equal(0, _engine.Services.Connections.Taken);
    }

    private async Task SeedAsync(bool serves = true, int chunkSize = 1024)
    {
        string path = Path.Combine(_home.Folder("from"), "file.bin");
        await File.WriteAllBytesAsync(path, _content, Token);
        CreatedTorrent created = await TorrentCreator.CreateAsync(path, cancellationToken: Token);
        _engine = await TorrentEngine.StartAsync(new EngineOptions { BindAddress = IPAddress.Loopback }, Token);
        Torrent torrent = await _engine.AddAsync(
            new TorrentSource.Parsed(created.Metainfo),
            new TorrentOptions { Directory = Path.GetDirectoryName(path)!, SeedOnly = true },
            Token);
        await torrent.WaitForCompletionAsync(Token);
        if (serves) torrent.ServeChunks(Hash, chunkSize);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        TcpClient client = new() { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, _engine!.Port, Token);
        return client;
    }

    private async Task<string> AskAsync(string text, bool endOfInput = false)
    {
        using TcpClient client = await ConnectAsync();
        // Once the other side has closed, the client would not give it any more.
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text), Token);
        if (endOfInput || text.EndsWith('\n')) client.Client.Shutdown(SocketShutdown.Send);
        using MemoryStream answer = new();
        try
        {
            await stream.CopyToAsync(answer, Token);
        }
        catch (IOException)
        {
            // Who is refused may be cut off.
        }
        string got = Encoding.ASCII.GetString(answer.ToArray());
        return got.StartsWith("ERROR", StringComparison.Ordinal) && !endOfInput ? "" : got;
    }
}
