using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Shoal.Clients;

/// <summary>
/// transmission-daemon, told everything by its RPC; v1 only. It never dials a loopback address, so whoever seeds to it
/// on one machine has to dial it.
/// </summary>
public sealed class TransmissionClient() : Client("transmission")
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
    private readonly int _rpcPort = FreePort.Next();
    private string _sessionId = "";

    public override bool DialsLoopback => false;

    public override bool MakesEmptyFiles => false;

    public override bool TakesPeers => false;

    public override async Task SeedAsync(TransferJob job, CancellationToken cancel)
    {
        await LaunchAsync(job, cancel);
        await Eventually.HoldsAsync(() => IsCompleteAsync(cancel), cancel, "transmission to find its files");
    }

    public override async Task GetAsync(TransferJob job, CancellationToken cancel)
    {
        await LaunchAsync(job, cancel);
        await Eventually.HoldsAsync(() => IsCompleteAsync(cancel), cancel, "transmission to have all");
    }

    /// <summary>Starts it with torrents that it is not to run: of such it asks trackers by scrapes alone.</summary>
    public async Task PauseAsync(IReadOnlyList<TransferJob> jobs, CancellationToken cancel)
    {
        await LaunchAsync(jobs[0], cancel, isPaused: true);
        foreach (TransferJob job in jobs.Skip(1)) await AddAsync(job, isPaused: true, cancel);
    }

    /// <summary>The most seeders that a tracker told it of for one of its torrents; -1 before one did.</summary>
    public async Task<int> ScrapedSeedersAsync(CancellationToken cancel)
    {
        var fields = new JsonObject { ["fields"] = new JsonArray("trackerStats") };
        JsonElement torrents = (await CallAsync("torrent-get", fields, cancel)).GetProperty("torrents");
        return torrents.EnumerateArray()
            .Max(t => t.GetProperty("trackerStats")[0].GetProperty("seederCount").GetInt32());
    }

    public override async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await base.DisposeAsync();
    }

    private async Task LaunchAsync(TransferJob job, CancellationToken cancel, bool isPaused = false)
    {
        if (job.Peers.Count > 0) throw new NotSupportedException("transmission cannot be told of a peer.");
        var settings = new JsonObject
        {
            ["bind-address-ipv4"] = Host.ToString(),
            ["dht-enabled"] = false,
            ["download-dir"] = job.Folder,
            ["lpd-enabled"] = false,
            ["peer-port"] = Port,
            ["pex-enabled"] = false,
            ["port-forwarding-enabled"] = false,
            ["rename-partial-files"] = false,
            ["rpc-bind-address"] = "127.0.0.1",
            ["rpc-port"] = _rpcPort,
            ["rpc-whitelist-enabled"] = false,
            ["utp-enabled"] = false,
        };
        // Its off still takes who calls encrypted.
        if (Encryption != EncryptionMode.AsShipped) settings["encryption"] = (int)Encryption - (int)EncryptionMode.Off;
        File.WriteAllText(Home.File("settings.json"), settings.ToJsonString());
        Start("transmission-daemon", "--foreground", "--config-dir", Home.Path);
        await Eventually.HoldsAsync(async () => await AnswersAsync(cancel), cancel, "transmission to answer");
        await AddAsync(job, isPaused, cancel);
    }

    private async Task AddAsync(TransferJob job, bool isPaused, CancellationToken cancel)
    {
        JsonObject arguments = job.IsMagnet
            ? new JsonObject { ["filename"] = job.Source }
            : new JsonObject { ["metainfo"] = Convert.ToBase64String(File.ReadAllBytes(job.Source)) };
        arguments["paused"] = isPaused;
        await CallAsync("torrent-add", arguments, cancel);
    }

    private async Task<bool> AnswersAsync(CancellationToken cancel)
    {
        if (Process.HasExited) throw new InvalidOperationException(Process.Describe("ended too early"));
        try
        {
            await CallAsync("session-get", [], cancel);
            return true;
        }
        catch (HttpRequestException)
        {
            // Its port is not open yet.
            return false;
        }
    }

    private async Task<bool> IsCompleteAsync(CancellationToken cancel)
    {
        var fields = new JsonObject { ["fields"] = new JsonArray("percentDone", "metadataPercentComplete") };
        JsonElement torrent = (await CallAsync("torrent-get", fields, cancel)).GetProperty("torrents")[0];
        return torrent.GetProperty("metadataPercentComplete").GetDouble() >= 1
            && torrent.GetProperty("percentDone").GetDouble() >= 1;
    }

    private async Task<JsonElement> CallAsync(string method, JsonObject arguments, CancellationToken cancel)
    {
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_rpcPort}/transmission/rpc"));
        string body = new JsonObject { ["method"] = method, ["arguments"] = arguments }.ToJsonString();
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(body) };
            request.Headers.Add("X-Transmission-Session-Id", _sessionId);
            using HttpResponseMessage response = await _http.SendAsync(request, cancel);
            if (response.StatusCode == HttpStatusCode.Conflict)
            {
                // The first answer hands out the id that it wants to see.
                _sessionId = response.Headers.GetValues("X-Transmission-Session-Id").Single();
                continue;
            }

            using JsonDocument answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancel));
            string? result = answer.RootElement.GetProperty("result").GetString();
            if (result != "success") throw new InvalidOperationException($"transmission refused {method}: {result}");
            return answer.RootElement.GetProperty("arguments").Clone();
        }
    }
}
