using System.Diagnostics;
using System.Text.Json;
using Shoal.Clients;

namespace Shoal.Catalogue.Tests;

/// <summary>The examples of the catalogue's first clients, run with curl as they stand in docs/CATALOGUE.md.</summary>
public sealed class SeedExampleTests
{
    [Fact]
    public async Task Curl_registers_looks_up_and_lists_as_the_examples_show()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
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
            "-X", "POST", "-H", "Content-Type: application/json", "-d", Body, $"{tracker.Url}/register");
        Assert.Equal("Peer registered successfully", registered.GetProperty("message").GetString());
        Assert.Equal("a1b2c3...", registered.GetProperty("file_hash").GetString());
        Assert.Equal(1, registered.GetProperty("peers_count").GetInt32());

        JsonElement found = await CurlAsync($"{tracker.Url}/lookup?file_name=test.txt");
        Assert.Equal("a1b2c3...", found.GetProperty("file_hash").GetString());
        Assert.Equal("test.txt", found.GetProperty("file_name").GetString());
        Assert.Equal(1024, found.GetProperty("file_size").GetInt32());
        JsonElement peer = Assert.Single(found.GetProperty("peers").EnumerateArray());
        Assert.Equal("192.168.1.5", peer.GetProperty("ip").GetString());
        Assert.Equal(6000, peer.GetProperty("port").GetInt32());
        Assert.Equal("[0,1,2,3]", peer.GetProperty("chunks").GetRawText());

        // The second peer; curl sends a form's content type unless told otherwise, and the tracker does not mind.
        await CurlAsync("-d", Body.Replace("1.5", "1.7", StringComparison.Ordinal), $"{tracker.Url}/register");
        JsonElement files = await CurlAsync($"{tracker.Url}/files");
        JsonElement file = Assert.Single(files.GetProperty("files").EnumerateArray());
        Assert.Equal("a1b2c3...", file.GetProperty("file_hash").GetString());
        Assert.Equal("test.txt", file.GetProperty("file_name").GetString());
        Assert.Equal(1024, file.GetProperty("file_size").GetInt32());
        Assert.Equal(2, file.GetProperty("peers_count").GetInt32());
    }

    [Fact]
    public async Task Curl_is_told_in_json_what_is_wrong()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        JsonElement missing = await CurlAsync($"{tracker.Url}/lookup?file_name=nothing.txt");
        Assert.Equal("No file with this name is in the catalogue.", missing.GetProperty("error").GetString());
    }

    private static async Task<JsonElement> CurlAsync(params string[] arguments)
    {
        ClientPackages.NeedBrowser();
        var start = new ProcessStartInfo("curl", ["-sS", "--noproxy", "*", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process curl = Process.Start(start)!;
        CancellationToken token = TestContext.Current.CancellationToken;
        string output = await curl.StandardOutput.ReadToEndAsync(token);
        string errors = await curl.StandardError.ReadToEndAsync(token);
        await curl.WaitForExitAsync(token);
        Assert.True(curl.ExitCode == 0, errors);
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }
}
