using System.Globalization;
using System.Numerics;
using Shoal.Clients;

namespace Shoal.SideBySide;

/// <summary>One command that makes or checks a torrent and ends.</summary>
internal static class CommandRun
{
    public static async Task<Measurement> RunAsync(
        BenchmarkOptions options, string program, TemporaryFolder folder, string content, CancellationToken cancel)
    {
        using var home = new TemporaryFolder(folder.Path);
        string torrent = home.File("content.torrent");
        const string tracker = "http://127.0.0.1:9/announce";
        string[] command;
        if (options.Mode == BenchmarkMode.Create)
        {
            command = Create(program, options, content, torrent, tracker);
        }
        else
        {
            await RunAsync(home, Create("libtorrent", options, content, torrent, tracker), cancel);
            command = Verify(program, torrent, Path.GetDirectoryName(content)!);
        }

        string cost = home.File("cost");
        await RunAsync(home, [.. ProcessCost.Wrapper(cost), .. command], cancel);
        ProcessCost read = ProcessCost.Read(cost);
        return new Measurement(program, read.WallSeconds, read.CpuSeconds, read.PeakMiB, null, null, options.FileBytes);
    }

    private static string[] Create(
        string program, BenchmarkOptions options, string content, string torrent, string tracker)
    {
        string piece = options.PieceBytes.ToString(CultureInfo.InvariantCulture);
        string log2 = BitOperations.Log2((uint)options.PieceBytes).ToString(CultureInfo.InvariantCulture);
        return program switch
        {
            "libtorrent" =>
            [
                .. LibtorrentClient.Command("create", content, torrent),
                "--format", options.Format, "--piece-size", piece, "--tracker", tracker,
            ],
            "shoal" =>
            [
                InstalledShoal.Path, "create", content, "-o", torrent, "--format", options.Format,
                "--piece-size", piece, "--tracker", tracker,
            ],
            "mktorrent" when options.Format == "v1" =>
                ["mktorrent", "-t", "2", "-l", log2, "-a", tracker, "-o", torrent, content],
            _ => throw new InvalidOperationException($"'{program}' does not create {options.Format} torrents."),
        };
    }

    private static string[] Verify(string program, string torrent, string folder) => program switch
    {
        "libtorrent" => [.. LibtorrentClient.Command("verify", torrent, "--dir", folder)],
        "shoal" => [InstalledShoal.Path, "verify", torrent, folder],
        _ => throw new InvalidOperationException($"'{program}' does not verify torrents."),
    };

    private static async Task RunAsync(TemporaryFolder home, string[] command, CancellationToken cancel)
    {
        await using ClientProcess process = ClientProcess.Start(home.Path, command);
        await process.SuccessAsync(cancel);
    }
}
