using System.Text.Json;
using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

/// <summary>A file or folder, a .torrent of it, and <c>shoal seed</c> that serves it without any tracker.</summary>
internal sealed class ShoalSeeder : IAsyncDisposable
{
    private ShoalSeeder(ClientProcess process, string content, string torrent, int port)
    {
        Process = process;
        Content = content;
        Torrent = torrent;
        Peer = $"127.0.0.1:{port}";
    }

    public ClientProcess Process { get; }

    /// <summary>The file or folder.</summary>
    public string Content { get; }

    /// <summary>Path of the .torrent.</summary>
    public string Torrent { get; }

    /// <summary>Address for <c>--peer</c>.</summary>
    public string Peer { get; }

    /// <summary>Makes the torrent and starts to serve; returns when it does.</summary>
    /// <param name="home">A folder of the test.</param>
    /// <param name="content">What to serve.</param>
    /// <param name="create">Further options of <c>create</c>.</param>
    /// <param name="seed">Further options of <c>seed</c>.</param>
    public static async Task<ShoalSeeder> StartAsync(
        TemporaryFolder home, string content, string[]? create = null, string[]? seed = null)
    {
        string torrent = home.File("content.torrent");
        ProgramRun made = await ProgramRun.ToEndAsync(home, ["create", content, "-o", torrent, .. create ?? []]);
        made.Ended(0);
        return await ServeAsync(home, content, torrent, seed ?? []);
    }

    /// <summary>Serves once more, after another seeder of the same torrent was stopped.</summary>
    public static async Task<ShoalSeeder> ServeAsync(
        TemporaryFolder home, string content, string torrent, string[] options)
    {
        ClientProcess process = ProgramRun.Start(
            home,
            [
                "seed", torrent, "--dir", Path.GetDirectoryName(content)!, "--bind", "127.0.0.1", "--json-lines",
                .. options,
            ]);
        CancellationToken deadline = ProgramRun.Deadline();
        string started = await process.LineAsync(l => l.Contains("\"started\"", StringComparison.Ordinal), deadline);
        await process.LineAsync(l => l.Contains("\"state\":\"seeding\"", StringComparison.Ordinal), deadline);
        using JsonDocument json = JsonDocument.Parse(started);
        return new ShoalSeeder(process, content, torrent, json.RootElement.GetProperty("port").GetInt32());
    }

    /// <summary>The command line of a <c>get</c> from here.</summary>
    public string[] Get(string folder, params string[] options) =>
        ["get", Torrent, "--dir", folder, "--peer", Peer, "--bind", "127.0.0.1", .. options];

    public ValueTask DisposeAsync() => Process.DisposeAsync();
}
