using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>Runs every subject once a round, so that what else the machine does falls on all of them alike.</summary>
internal static class Benchmark
{
    public static async Task<Report> RunAsync(BenchmarkOptions options, CancellationToken cancel)
    {
        using var folder = new TemporaryFolder(options.Folder);
        string content = Path.Combine(folder.Folder("from"), "content.bin");
        Console.Error.WriteLine($"Writing {options.FileBytes >> 20} MiB to {content} ...");
        SampleContent.Write(content, options.FileBytes, seed: 1);
        string[] subjects = options.Pairs.Count > 0 ? [.. options.Pairs] : DefaultSubjects(options);
        if (subjects.Any(s => s.Contains("shoal", StringComparison.Ordinal))) await BuildShoalAsync(cancel);

        List<Measurement> runs = [];
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach (string subject in subjects)
            {
                Measurement run = options.Mode == BenchmarkMode.Transfer
                    ? await TransferRun.RunAsync(options, subject, folder, content, cancel)
                    : await CommandRun.RunAsync(options, subject, folder, content, cancel);
                Console.Error.WriteLine($"round {round}: {subject,-24} {run.WallSeconds,7:F2} s");
                runs.Add(run);
            }
        }

        return new Report(options, await Machine.DescribeAsync(cancel), runs);
    }

    private static string[] DefaultSubjects(BenchmarkOptions options)
    {
        bool hasShoal = File.Exists(Checkout.Launcher);
        string[] subjects = (options.Mode, options.Format) switch
        {
            (BenchmarkMode.Create, "v1") => ["libtorrent", "mktorrent", "shoal"],
            (BenchmarkMode.Create or BenchmarkMode.Verify, _) => ["libtorrent", "shoal"],
            (_, "v2") => ["libtorrent:libtorrent", "shoal:shoal", "libtorrent:shoal", "shoal:libtorrent"],
            _ =>
            [
                "nginx:curl", "libtorrent:libtorrent", "shoal:shoal", "libtorrent:shoal", "shoal:libtorrent",
                "rtorrent:libtorrent", "aria2:libtorrent", "rtorrent:rtorrent", "aria2:aria2",
            ],
        };
        return [.. subjects.Where(s => hasShoal || !s.Contains("shoal", StringComparison.Ordinal))];
    }

    // The launcher builds where sources are newer; that is no part of what is measured.
    private static async Task BuildShoalAsync(CancellationToken cancel)
    {
        using var start = System.Diagnostics.Process.Start(Checkout.Launcher, "--version");
        await start.WaitForExitAsync(cancel);
        if (start.ExitCode != 0) throw new InvalidOperationException("./shoal --version failed.");
    }
}
