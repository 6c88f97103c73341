using System.Diagnostics;
using System.Globalization;
using Shoal.Cli.Commands;
using Shoal.Cli.Output;
using Shoal.Engine;
using Shoal.Lab;
using Shoal.Lab.Scenarios;

namespace Shoal.Cli.Demo;

/// <summary>
/// The demo: a tracker, a seeder and some downloaders as processes of their own on this machine move a real file,
/// and every copy is compared with the original.
/// </summary>
internal sealed class DemoRun : IAsyncDisposable
{
    /// <summary>
    /// Seconds in which the seeder may send the file once. A seeder without a limit serves everybody at the speed of
    /// the machine, and nobody needs anybody; real uplinks are scarcer than that.
    /// </summary>
    private const int SecondsPerCopy = 5;

    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan StallLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SettleLimit = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan LiveTick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    private readonly CommandContext _context;
    private readonly int _count;
    private readonly string _folder;
    private readonly Lock _gate = new();
    private readonly List<SwarmProcess> _processes = [];

    /// <summary>Prepares a demo in a temporary folder of its own.</summary>
    /// <param name="context">The command.</param>
    /// <param name="count">Number of downloaders.</param>
    public DemoRun(CommandContext context, int count)
    {
        _context = context;
        _count = count;
        _folder = Directory.CreateTempSubdirectory("shoal-demo-").FullName;
    }

    private TerminalOutput Output => _context.Output;

    /// <summary>Runs the demo and tells its result; the value is the exit code.</summary>
    /// <param name="file">The file to move, or null to make one.</param>
    /// <param name="bytes">Size of the file to make.</param>
    public async Task<int> RunAsync(string? file, long bytes)
    {
        long size = file is null ? bytes : new FileInfo(file).Length;
        CheckSpace(size * (_count + (file is null ? 1 : 0)));
        file ??= await MakeFileAsync(bytes);
        SwarmProcess tracker = Add("tracker", "tracker", "--port", "0");
        string url = await tracker.WaitAsync(f => f.TrackerUrl, ReadyLimit, _context.Stop);
        string torrent = await HashAsync(file, size, url);

        string limit = Math.Max(size / SecondsPerCopy, 1 << 20).ToString(CultureInfo.InvariantCulture);
        string folder = Path.GetDirectoryName(file)!;
        SwarmProcess seeder = Add(
            "seeder", "seed", torrent, "--dir", folder, "--no-verify", "--up", limit, "--json-peers");
        await seeder.WaitAsync(f => f.IsComplete, ReadyLimit, _context.Stop);
        long start = Stopwatch.GetTimestamp();
        SwarmProcess[] downloaders = [.. Enumerable.Range(1, _count).Select(n => Add(
            $"downloader {n}", "get", torrent, "--dir", FolderOf(n), "--keep-seeding", "--json-peers"))];
        await WatchAsync(seeder, downloaders);
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Output.Clear();

        bool identical = true;
        for (int n = 1; n <= _count; n++)
        {
            string copy = Path.Combine(FolderOf(n), Path.GetFileName(file));
            identical &= await NoiseFile.AreSameAsync(file, copy, _context.Stop);
        }
        DemoOutcome outcome = new(size, time, [.. Rows(seeder, downloaders)], identical);
        if (!Output.Options.Quiet)
            foreach (string line in outcome.Board(Output.Palette, Output.Columns)) Output.Say(line);
        foreach (string line in outcome.Sentences()) Output.Data(line);
        Output.Result(outcome.Result());
        return outcome.ExitCode;
    }

    /// <summary>Ends every process and removes every file of the demo.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_processes.Select(p => p.DisposeAsync().AsTask()));
        Directory.Delete(_folder, recursive: true);
    }

    private SwarmProcess Add(string role, params string[] arguments)
    {
        SwarmProcess process = SwarmProcess.Start(role, _gate, arguments);
        _processes.Add(process);
        return process;
    }

    private string FolderOf(int downloader) => Path.Combine(_folder, $"downloader-{downloader}");

    private void CheckSpace(long needed)
    {
        long free = new DriveInfo(_folder).AvailableFreeSpace;
        if (free > needed) return;
        throw new CliException(
            ExitCode.Disk,
            $"The demo needs {Units.Bytes(needed)} in {_folder}, and {Units.Bytes(free)} are free: "
                + "give a smaller --size, or another folder in TMPDIR.");
    }

    private async Task<string> MakeFileAsync(long bytes)
    {
        Output.Say($"Making a file of {Units.Bytes(bytes)}.");
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "seeder")).FullName;
        string file = Path.Combine(folder, "demo.bin");
        await NoiseFile.WriteAsync(file, bytes, _context.Stop);
        return file;
    }

    private async Task<string> HashAsync(string file, long size, string trackerUrl)
    {
        HashingProgress progress = new(_context, "Hashing it", size);
        CreatedTorrent created = await TorrentCreator.CreateAsync(
            file, new CreateOptions { Trackers = [[trackerUrl]] }, progress, _context.Stop);
        progress.End();
        return TorrentWriter.Write(Path.Combine(_folder, "demo.torrent"), created.Bytes.Span);
    }

    private async Task WatchAsync(SwarmProcess seeder, SwarmProcess[] downloaders)
    {
        long lastMove = Stopwatch.GetTimestamp();
        long lastLine = lastMove;
        long moved = -1;
        while (!downloaders.All(d => d.Read(f => f.IsComplete)))
        {
            if (_processes.FirstOrDefault(p => p.HasEnded) is { } dead) throw dead.Failure();
            long now = downloaders.Sum(d => d.Read(f => f.Downloaded));
            if (now != moved) lastMove = Stopwatch.GetTimestamp();
            moved = now;
            if (Stopwatch.GetElapsedTime(lastMove) > StallLimit)
                throw new CliException(ExitCode.Failed, "The demo stands still: nothing has moved for half a minute.");
            if (Output.IsLive)
            {
                Output.Show(Board(seeder, downloaders));
            }
            else if (Stopwatch.GetElapsedTime(lastLine) > LineInterval)
            {
                lastLine = Stopwatch.GetTimestamp();
                Output.Say(string.Join(
                    ", ", downloaders.Select(d => $"{d.Role} {Units.Percent(d.Read(f => f.Progress))}")));
            }
            await Task.Delay(LiveTick, _context.Stop);
        }
        await SettleAsync(seeder, downloaders);
    }

    // A process tells its last figures up to a second after its last block.
    private async Task SettleAsync(SwarmProcess seeder, SwarmProcess[] downloaders)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < SettleLimit)
        {
            if (downloaders.All(d => IsExplained(d, [seeder, .. downloaders]))) return;
            await Task.Delay(LiveTick, _context.Stop);
        }
    }

    private static bool IsExplained(SwarmProcess process, IEnumerable<SwarmProcess> all) => process.Read(own =>
        all.Where(p => p != process).Sum(p => own.ReceivedFrom(p.Read(f => f))) == own.Downloaded);

    private IReadOnlyList<string> Board(SwarmProcess seeder, SwarmProcess[] downloaders) =>
        PeerBoard.Lines(Rows(seeder, downloaders), Output.Palette, Output.Columns);

    private static IEnumerable<PeerBoard.Row> Rows(SwarmProcess seeder, SwarmProcess[] downloaders) =>
        downloaders.Select(d => RowOf(d, seeder, downloaders)).Prepend(RowOf(seeder, seeder, []));

    private static PeerBoard.Row RowOf(SwarmProcess process, SwarmProcess seeder, SwarmProcess[] downloaders) =>
        process.Read(own =>
        {
            ProcessFigures[] others = [.. downloaders.Select(d => d.Read(f => f))];
            long fromSeeder = own.ReceivedFromSeeders([seeder.Read(f => f)], others);
            return new PeerBoard.Row(
                process.Role, own.Progress, own.DownRate, own.UpRate, fromSeeder, own.Downloaded - fromSeeder)
            {
                SentBytes = own.Uploaded,
            };
        });
}
