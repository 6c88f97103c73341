using Shoal.Clients;

namespace Shoal.Interop.Tests;

/// <summary>
/// SSL torrents with libtorrent: in both directions, with certificates made by Shoal and by openssl, in torrents made
/// by Shoal and by libtorrent.
/// </summary>
public sealed class PrivateSwarmTests
{
    private const string Passphrase = "between us";
    private const int PieceBytes = 64 * 1024;

    [Theory]
    [InlineData("v1", false)]
    [InlineData("v1", true)]
    [InlineData("v2", false)]
    [InlineData("v2", true)]
    [InlineData("hybrid", false)]
    [InlineData("hybrid", true)]
    public async Task Members_of_a_swarm_of_shoal_share(string format, bool toShoal)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using var tracker = new LoopbackTracker();
        string content = SampleContent.SingleFile(folder.Folder("from"));
        string swarms = folder.Folder("swarms"), secret = folder.File("passphrase");
        await File.WriteAllTextAsync(secret, Passphrase, deadline);
        string[] use = ["--swarms", swarms];
        await RunAsync(folder, [Checkout.Program, "swarm", "new", "team", .. use], deadline);
        foreach (string who in (string[])["anna", "ben"])
        {
            await RunAsync(
                folder,
                [
                    Checkout.Program, "swarm", "invite", "team", who, "-o", folder.File(who), "--passphrase-file",
                    secret, .. use,
                ],
                deadline);
        }
        TestTorrent torrent = await TestTorrent.ByShoalAsync(
            content, folder.File("x.torrent"), format, PieceBytes, tracker.Url, deadline, "--swarm", "team",
            "--swarms", swarms);
        string[] anna = ["--member", folder.File("anna"), "--passphrase-file", secret];
        string[] ben = ["--certificate", folder.File("ben"), "--passphrase", Passphrase];
        await ShareAsync(folder, tracker, torrent, content, toShoal, anna, ben, "openssl", deadline);
    }

    [Theory]
    [InlineData(false, "openssl")]
    [InlineData(true, "openssl")]
    [InlineData(false, "platform")]
    [InlineData(true, "platform")]
    public async Task Certificates_by_openssl_and_a_torrent_by_libtorrent_do_as_well(bool toShoal, string tls)
    {
        CancellationToken deadline = Deadline.Start();
        using var folder = new TemporaryFolder();
        await using var tracker = new LoopbackTracker();
        string content = SampleContent.SingleFile(folder.Folder("from"));
        OpenSslSwarm swarm = await OpenSslSwarm.MakeAsync(folder, Path.GetFileName(content), deadline);
        TestTorrent torrent = await TestTorrent.ByLibtorrentAsync(
            content, folder.File("x.torrent"), "v1", PieceBytes, tracker.Url, deadline,
            "--root-certificate", swarm.Authority);
        string[] shoal = ["--member", swarm.Member];
        string[] libtorrent = ["--certificate", swarm.Member];
        await ShareAsync(folder, tracker, torrent, content, toShoal, shoal, libtorrent, tls, deadline);
    }

    private static async Task ShareAsync(
        TemporaryFolder folder,
        LoopbackTracker tracker,
        TestTorrent torrent,
        string content,
        bool toShoal,
        string[] shoal,
        string[] libtorrent,
        string tls,
        CancellationToken deadline)
    {
        // The program speaks TLS by the one that is named, where it can.
        Client ours = new ShoalClient { Options = shoal, Wrapper = ["env", $"SHOAL_TLS={tls}"] };
        Client theirs = new LibtorrentClient { Options = libtorrent };
        await using Client seeder = toShoal ? theirs : ours;
        await using Client downloader = toShoal ? ours : theirs;
        await Exchange.RunAsync(
            tracker,
            torrent,
            seeder, folder.File("from"),
            downloader, new TransferJob(torrent.Path, folder.Folder("to")),
            deadline);
        Assert.Empty(SampleContent.Differences(content, folder.File("to"), downloader.MakesEmptyFiles));
    }

    private static async Task RunAsync(TemporaryFolder folder, string[] command, CancellationToken deadline)
    {
        await using ClientProcess process = ClientProcess.Start(folder.Path, command);
        await process.SuccessAsync(deadline);
    }
}
