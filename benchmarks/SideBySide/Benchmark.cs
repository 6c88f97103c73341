using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>Runs every subject once a round, so that what else the machine does falls on all of them alike.</summary>
internal static class Benchmark
{
    public static async Task<IReadOnlyList<Section>> RunAsync(BenchmarkOptions options, CancellationToken cancel)
    {
        using var folder = new TemporaryFolder(options.Folder);
        string content = Path.Combine(folder.Folder("from"), "content.bin");
        Console.Error.WriteLine($"Writing {options.FileBytes >> 20} MiB to {content} ...");
        SampleContent.Write(content, options.FileBytes, seed: 1);
        List<Section> sections = [];
        foreach (BenchmarkOptions section in options.Sections)
            sections.Add(await RunSectionAsync(section, folder, content, cancel));
        return sections;
    }

    private static async Task<Section> RunSectionAsync(
        BenchmarkOptions options, TemporaryFolder folder, string content, CancellationToken cancel)
    {
        string[] subjects = options.Pairs.Count > 0 ? [.. options.Pairs] : DefaultSubjects(options);
        if (subjects.Any(s => s.Contains("shoal", StringComparison.Ordinal))) await InstalledShoal.InstallAsync(cancel);
        var section = new Section(options);
        Console.Error.WriteLine(section.Title);
        for (int round = 1; round <= options.Rounds; round++)
        {
            foreach ((string subject, int peers) in WithPeers(options, subjects))
            {
                Measurement run = options.Mode switch
                {
                    BenchmarkMode.Transfer => await TransferRun.RunAsync(options, subject, folder, content, cancel),
                    BenchmarkMode.Seeders =>
                        await SeedersRun.RunAsync(options, subject, peers, folder, content, cancel),
                    BenchmarkMode.Leechers => await LeechersRun.RunAsync(options, subject, peers, content, cancel),
                    BenchmarkMode.Start => await StartRun.RunAsync(options, subject, folder, content, cancel),
                    _ => await CommandRun.RunAsync(options, subject, folder, content, cancel),
                };
                Console.Error.WriteLine($"round {round}: {run.Subject,-32} {run.WallSeconds,7:F2} s");
                section.Runs.Add(run);
            }
        }

        return section;
    }

    private static IEnumerable<(string Subject, int Peers)> WithPeers(BenchmarkOptions options, string[] subjects)
    {
        IReadOnlyList<int> counts = options switch
        {
            { Peers.Count: > 0 } => options.Peers,
            { Mode: BenchmarkMode.Seeders } => [1, 50],
            { Mode: BenchmarkMode.Leechers } => [1, 200],
            _ => [1],
        };
        return subjects.SelectMany(subject => counts.Select(count => (subject, count)));
    }

    private static string[] DefaultSubjects(BenchmarkOptions options)
    {
        bool hasShoal = File.Exists(Path.Combine(Checkout.Root, "install"));
        string[] subjects = (options.Mode, options.Format) switch
        {
            (BenchmarkMode.Create, "v1") => ["libtorrent", "mktorrent", "shoal"],
            (BenchmarkMode.Start, _) => ["libtorrent", "aria2", "shoal"],
            (not BenchmarkMode.Transfer, _) => ["libtorrent", "shoal"],
            (_, "v2") => ["libtorrent:libtorrent", "shoal:shoal", "libtorrent:shoal", "shoal:libtorrent"],
            _ =>
            [
                "nginx:curl", "libtorrent:libtorrent", "shoal:shoal", "libtorrent:shoal", "shoal:libtorrent",
                "rtorrent:libtorrent", "aria2:libtorrent", "rtorrent:rtorrent", "aria2:aria2",
            ],
        };
        return [.. subjects.Where(s => hasShoal || !s.Contains("shoal", StringComparison.Ordinal))];
    }
}
