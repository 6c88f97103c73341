using System.Net;
using System.Security.Cryptography.X509Certificates;
using Shoal.Discovery.Tests;
using Shoal.Engine.Swarms;
using Shoal.Engine.Tests.Swarms;
using Shoal.Network;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>Web servers of a private swarm.</summary>
public sealed class PrivateWebSeedTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact(Timeout = 60_000)]
    public async Task An_https_server_that_the_authority_vouches_for_has_the_content()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(TlsNegotiator.Best);
        using X509Certificate2 certificate = new(rig.Invite("server", hosts: ["127.0.0.1"]).Certificate);
        await using ScriptedHttpServer server = Server(rig.Content, certificate);
        Torrent download = await AddAsync(rig, null, $"https://127.0.0.1:{server.Port}/");
        await download.WaitForCompletionAsync(Cancel);
        rig.AssertHas(download);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_of_another_authority_is_asked_for_nothing()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(TlsNegotiator.Best);
        SwarmAuthority other = SwarmAuthority.Create(rig.Swarms, "other");
        using X509Certificate2 certificate = new(rig.Invite("server", other, hosts: ["127.0.0.1"]).Certificate);
        await using ScriptedHttpServer server = Server(rig.Content, certificate);
        var log = new WebSeedLog();
        await AddAsync(rig, log, $"https://127.0.0.1:{server.Port}/");
        (bool isFinal, string text) = await log.NextAsync();
        Assert.False(isFinal);
        Assert.Contains("no valid certificate", text, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    [Fact(Timeout = 60_000)]
    public async Task A_server_without_tls_is_not_used()
    {
        await using SwarmRig rig = await SwarmRig.CreateAsync(TlsNegotiator.Best);
        await using ScriptedHttpServer server = Server(rig.Content, null);
        var log = new WebSeedLog();
        await AddAsync(rig, log, $"http://127.0.0.1:{server.Port}/");
        (bool isFinal, string text) = await log.NextAsync();
        Assert.True(isFinal);
        Assert.Contains("Give it an https URL", text, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
    }

    private static ScriptedHttpServer Server(byte[] content, X509Certificate2? certificate) => new(
        (head, stream, token) =>
        {
            string range = head.Split("Range: bytes=")[1].Split('\r')[0];
            int[] ends = [.. range.Split('-').Select(int.Parse)];
            return stream.WriteAsync(
                ScriptedHttpServer.Response(
                    content[ends[0]..(ends[1] + 1)],
                    "206 Partial Content",
                    $"Content-Range: bytes {range}/{content.Length}\r\nConnection: close\r\n"),
                token).AsTask();
        },
        IPAddress.Loopback,
        certificate);

    private static async Task<Torrent> AddAsync(SwarmRig rig, WebSeedLog? log, string url)
    {
        TorrentEngine engine = await rig.StartAsync(log);
        return await engine.AddAsync(
            new TorrentSource.Parsed(rig.Torrent.Metainfo),
            new TorrentOptions
            {
                Directory = Path.Combine(rig.Root, "to"), Member = rig.Invite("anna"), WebSeeds = [url],
            },
            Cancel);
    }
}
