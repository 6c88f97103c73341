using System.Globalization;

namespace Shoal.Clients;

/// <summary>libtorrent through its Python binding and a script of ours; knows v1, v2 and hybrid torrents.</summary>
public sealed class LibtorrentClient() : Client("libtorrent")
{
    /// <summary>Options besides those that every test gives; empty means none.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    public static IEnumerable<string> Command(params IEnumerable<string> arguments) =>
        ["/usr/bin/python3", Checkout.Script("libtorrent_peer.py"), .. arguments];

    public override async Task SeedAsync(TransferJob job, CancellationToken cancel)
    {
        ClientProcess process = Start(Command(Arguments("seed", job)));
        await process.LineAsync(l => l.Contains("\"seeding\"", StringComparison.Ordinal), cancel);
    }

    public override Task GetAsync(TransferJob job, CancellationToken cancel) =>
        Start(Command(Arguments("get", job))).SuccessAsync(cancel);

    private List<string> Arguments(string command, TransferJob job)
    {
        List<string> arguments =
        [
            command, job.Source, "--dir", job.Folder,
            "--bind", Host.ToString(), "--port", Port.ToString(CultureInfo.InvariantCulture),
        ];
        foreach (var peer in job.Peers) arguments.AddRange(["--peer", peer.ToString()]);
        if (job.Trusted) arguments.Add("--trust");
        if (Encryption != EncryptionMode.AsShipped)
            arguments.AddRange(["--encryption", Encryption.ToString().ToLowerInvariant()]);
        arguments.AddRange(Options);
        return arguments;
    }
}
