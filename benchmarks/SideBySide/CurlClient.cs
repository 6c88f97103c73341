using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>curl as the downloader from nginx: every byte once through a socket, and no hash.</summary>
internal sealed class CurlClient() : Client("curl")
{
    public override Task SeedAsync(TransferJob job, CancellationToken cancel) =>
        throw new NotSupportedException("curl only downloads.");

    public override Task GetAsync(TransferJob job, CancellationToken cancel)
    {
        string name = Uri.EscapeDataString(Path.GetFileNameWithoutExtension(job.Source));
        string output = Path.Combine(job.Folder, Path.GetFileNameWithoutExtension(job.Source));
        return Start("curl", "--silent", "--fail", "--output", output, $"http://{job.Peers[0]}/{name}")
            .SuccessAsync(cancel);
    }
}
