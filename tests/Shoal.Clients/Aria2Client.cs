using System.Globalization;

namespace Shoal.Clients;

/// <summary>aria2: one process a download, which ends when it is complete. It dials only peers of trackers.</summary>
public sealed class Aria2Client() : Client("aria2")
{
    public override bool TakesPeers => false;

    /// <summary>
    /// True for trackers over UDP, which it speaks only where its DHT is on; without a node to ask that stays empty.
    /// </summary>
    public bool AsksUdp { get; init; }

    public override async Task SeedAsync(TransferJob job, CancellationToken cancel)
    {
        string[] trust = job.Trusted ? ["--bt-seed-unverified=true"] : ["--check-integrity=true"];
        ClientProcess process = Start([.. Arguments(job), .. trust, "--seed-ratio=0.0"]);
        // Printed once the files are checked and the tracker is about to be told.
        await process.LineAsync(l => l.Contains("SEED", StringComparison.Ordinal), cancel);
    }

    public override Task GetAsync(TransferJob job, CancellationToken cancel) =>
        Start([.. Arguments(job), "--seed-time=0"]).SuccessAsync(cancel);

    // It knows nothing between taking everything and RC4 alone.
    private string[] EncryptionOptions => Encryption == EncryptionMode.Required
        ? ["--bt-require-crypto=true", "--bt-min-crypto-level=arc4"]
        : [];

    private string[] DhtOptions => AsksUdp
        ? [
            "--enable-dht=true", "--dht-file-path=" + Home.File("dht.dat"),
            "--dht-listen-port=" + FreePort.Next().ToString(CultureInfo.InvariantCulture),
        ]
        : ["--enable-dht=false"];

    private List<string> Arguments(TransferJob job)
    {
        if (job.Peers.Count > 0) throw new NotSupportedException("aria2 cannot be told of a peer.");
        return
        [
            "aria2c", "--no-conf=true", .. DhtOptions, "--enable-dht6=false", "--enable-peer-exchange=false",
            "--bt-enable-lpd=false", "--file-allocation=none", "--allow-overwrite=true", "--follow-torrent=mem",
            "--summary-interval=1", "--console-log-level=notice", "--show-console-readout=true",
            "--interface=" + Host, "--listen-port=" + Port.ToString(CultureInfo.InvariantCulture),
            "--dir=" + job.Folder, .. EncryptionOptions, job.Source,
        ];
    }
}
