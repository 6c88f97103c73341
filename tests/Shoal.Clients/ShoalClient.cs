using System.Globalization;

namespace Shoal.Clients;

/// <summary>The program of this repository, through the launcher that users start unless told otherwise.</summary>
public sealed class ShoalClient() : Client("shoal")
{
    // Nothing but the tracker may find peers, whatever a later version turns on by itself.
    private static readonly string[] Quiet = ["--no-dht", "--no-lsd", "--no-pex", "--json-lines"];

    /// <summary>The program to start; null, the default, is the launcher of this clone.</summary>
    public string? Program { get; init; }

    /// <summary>Options besides those that every test gives; empty means none.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    public override async Task SeedAsync(TransferJob job, CancellationToken cancel)
    {
        string[] trust = job.Trusted ? ["--no-verify"] : [];
        ClientProcess process = Start([Program ?? Checkout.Program, "seed", job.Source, .. trust, .. Arguments(job)]);
        await process.LineAsync(l => l.Contains("\"seeding\"", StringComparison.Ordinal), cancel);
    }

    public override Task GetAsync(TransferJob job, CancellationToken cancel) =>
        Start([Program ?? Checkout.Program, "get", job.Source, .. Arguments(job)]).SuccessAsync(cancel);

    private string[] EncryptionOptions => Encryption == EncryptionMode.AsShipped
        ? []
        : ["--encryption", Encryption.ToString().ToLowerInvariant()];

    private List<string> Arguments(TransferJob job)
    {
        List<string> arguments =
        [
            .. Quiet, "--bind", Host.ToString(), "--port", Port.ToString(CultureInfo.InvariantCulture),
            "--dir", job.Folder, .. Options, .. EncryptionOptions,
        ];
        foreach (var peer in job.Peers) arguments.AddRange(["--peer", peer.ToString()]);
        return arguments;
    }
}
