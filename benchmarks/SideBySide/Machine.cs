using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>What the numbers were taken on, for whoever compares them with others.</summary>
internal static class Machine
{
    public static async Task<IReadOnlyList<string>> DescribeAsync(CancellationToken cancel)
    {
        string model = File.ReadLines("/proc/cpuinfo")
            .FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? "unknown";
        List<string> facts =
        [
            $"{model}, {Environment.ProcessorCount} cores, {Environment.OSVersion.VersionString}, "
                + $".NET {Environment.Version}",
        ];
        const string libtorrentVersion = "import libtorrent; print('libtorrent', libtorrent.__version__)";
        facts.Add(await FirstLineAsync(["/usr/bin/python3", "-c", libtorrentVersion]));
        facts.Add(await FirstLineAsync(["aria2c", "--version"]));
        facts.Add(await FirstLineAsync(["rtorrent", "-h"]));
        facts.Add(await FirstLineAsync(["curl", "--version"]));
        return facts;

        async Task<string> FirstLineAsync(string[] command)
        {
            using var home = new TemporaryFolder();
            await using ClientProcess process = ClientProcess.Start(home.Path, command);
            return await process.LineAsync(l => l.Length > 0, cancel);
        }
    }
}
