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

    private void Launch(TransferJob job, string whenDone)
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
            whenDone,
        ];
        if (EncryptionWords is { } words) settings.Add($"protocol.encryption.set = {words}");
        settings.AddRange(job.Peers.Select(peer =>
            $"method.set_key = event.download.inserted_new, peer-{peer.Port}, \"d.add_peer={peer}\""));
        string file = Home.File("rtorrent.rc");
        File.WriteAllLines(file, settings);
        Start("rtorrent", "-n", "-o", "import=" + file, job.Source);
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
