using System.Net;
using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>Message stream encryption in every pair of policies that can meet: each moves a file.</summary>
internal static class EncryptionMatrix
{
    private const int PieceBytes = 64 * 1024;

    private static readonly (EncryptionMode Shoal, EncryptionMode Other)[] Pairs =
    [
        (EncryptionMode.Off, EncryptionMode.Off),
        (EncryptionMode.Off, EncryptionMode.Preferred),
        (EncryptionMode.Preferred, EncryptionMode.Off),
        (EncryptionMode.Preferred, EncryptionMode.Preferred),
        (EncryptionMode.Preferred, EncryptionMode.Required),
        (EncryptionMode.Required, EncryptionMode.Preferred),
        (EncryptionMode.Required, EncryptionMode.Required),
    ];

    /// <summary>Another client has it, and Shoal calls it.</summary>
    public static Task ToShoalAsync(string client) => MoveAllAsync(pair => MoveAsync(
        ForeignClients.Create(client, pair.Other), new ShoalClient { Encryption = pair.Shoal }));

    /// <summary>Shoal has it, and is called by all but a client that calls nobody on loopback.</summary>
    public static Task FromShoalAsync(string client) => MoveAllAsync(pair => MoveAsync(
        new ShoalClient { Encryption = pair.Shoal }, ForeignClients.Create(client, pair.Other)));

    /// <summary>Shoal has it at an address of the machine, where Transmission calls it.</summary>
    public static Task ToCallingTransmissionAsync(IPAddress host) => MoveAllAsync(pair => MoveAsync(
        new ShoalClient { Encryption = pair.Shoal, Host = host },
        new TransmissionClient { Encryption = pair.Other, Host = host },
        isCalled: !IPAddress.IsLoopback(host)));

    // All at the same time: most of a transfer is waiting for the other one's next look round.
    private static Task MoveAllAsync(Func<(EncryptionMode Shoal, EncryptionMode Other), Task> move) =>
        Task.WhenAll(Pairs.Select(async pair =>
        {
            try
            {
                await move(pair);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Shoal {pair.Shoal}, the other {pair.Other}: {e.Message}", e);
            }
        }));

    private static async Task MoveAsync(Client from, Client to, bool isCalled = false)
    {
        await using Client seeder = from;
        await using Client downloader = to;
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using var tracker = new LoopbackTracker();
        string content = SampleContent.SingleFile(folder.Folder("from"));
        TestTorrent torrent = await TestTorrent.ByLibtorrentAsync(
            content, folder.File("x.torrent"), "v1", PieceBytes, tracker.Url, deadline);
        await Exchange.RunAsync(
            tracker,
            torrent,
            seeder, folder.File("from"),
            downloader, new TransferJob(torrent.Path, folder.Folder("to")),
            deadline);
        Assert.Empty(SampleContent.Differences(content, folder.File("to"), downloader.MakesEmptyFiles));
        if (isCalled)
            await seeder.Process.LineAsync(l => l.Contains("\"incoming\":true", StringComparison.Ordinal), deadline);
    }
}
