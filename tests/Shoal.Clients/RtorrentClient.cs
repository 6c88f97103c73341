namespace Shoal.Clients;

/// <summary>
/// rTorrent as a daemon, told everything by a configuration file and telling through a file what happened. Loads only
/// torrents that have a tracker.
/// </summary>
public sealed class RtorrentClient() : Client("rtorrent")
{
    public override bool ReadsHybridLinks => false;

    public override Task SeedAsync(TransferJob job, CancellationToken cancel)
    {
        string seeding = Home.File("seeding");
        Launch(job, $"method.set_key = event.download.hash_done, seeding, \"execute.nothrow=touch,{seeding}\"");
        return ShowsAsync(seeding, cancel);
    }

    public override Task GetAsync(TransferJob job, CancellationToken cancel)
    {
        // A magnet link is first a download of its own, of the metadata, whose end is not the end.
        const string shutDown = "branch=d.is_meta=,,system.shutdown.quick=";
        Launch(job, $"method.set_key = event.download.finished, complete, \"{shutDown}\"");
        return Process.SuccessAsync(cancel);
    }

    /// <summary>Starts it with a torrent that it is not to run, and has it scrape.</summary>
    public void Pause(TransferJob job) => Run(
    [
        .. Settings(job),
        $"schedule2 = load, 0, 0, ((load.normal,{job.Source}))",
        "schedule2 = scrape, 1, 3, ((d.multicall2,main,\"d.tracker.send_scrape=0\"))",
    ]);

    private void Launch(TransferJob job, string whenDone) => Run(
        [
            .. Settings(job), whenDone, .. job.Peers.Select(peer =>
                $"method.set_key = event.download.inserted_new, peer-{peer.Port}, \"d.add_peer={peer}\""),
        ],
        job.Source);

    private void Run(List<string> settings, params string[] sources)
    {
        string file = Home.File("rtorrent.rc");
        File.WriteAllLines(file, settings);
        Start(["rtorrent", "-n", "-o", "import=" + file, .. sources]);
    }

    private List<string> Settings(TransferJob job)
    {
        List<string> settings =
        [
            "system.daemon.set = true",
            $"session.path.set = \"{Home.Folder("session")}\"",
            $"directory.default.set = \"{job.Folder}\"",
            $"network.port_range.set = {Port}-{Port}",
            "network.port_random.set = no",
            $"network.bind_address.set = {Host}",
            "dht.mode.set = disable",
            "protocol.pex.set = no",
            "trackers.use_udp.set = yes",
        ];
        if (EncryptionWords is { } words) settings.Add($"protocol.encryption.set = {words}");
        return settings;
    }

    private string? EncryptionWords => Encryption switch
    {
        EncryptionMode.Off => "none",
        EncryptionMode.Preferred => "allow_incoming,try_outgoing,enable_retry",
        EncryptionMode.Required => "allow_incoming,try_outgoing,require,require_RC4",
        _ => null,
    };

    private async Task ShowsAsync(string file, CancellationToken cancel)
    {
        await Eventually.HoldsAsync(() => File.Exists(file) || Process.HasExited, cancel, "rtorrent to find its files");
        if (!File.Exists(file)) throw new InvalidOperationException(Process.Describe("ended too early"));
    }
}
