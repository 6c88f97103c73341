using Shoal.Cli.Commands;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Engine.Lines;
using Shoal.Engine.Stores;
using Shoal.Protocol.Catalogues;
using Shoal.Storage.Layout;

namespace Shoal.Cli.Running;

/// <summary>Downloads a file that has no torrent, in chunks from the peers that its catalogue names.</summary>
internal sealed class ChunkRun(CommandContext context, TransferSettings settings, FoundFile found, StoreTarget? store)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(200);

    private LookupReply File => found.File;

    /// <summary>Runs to the end and tells it; the result is the exit code.</summary>
    public async Task<int> RunAsync()
    {
        if (!ChunkDownload.CanCheck(File.FileHash))
            throw new CliException(
                ExitCode.Failed,
                $"'{SafeText.Clean(File.FileName)}' has no torrent, and '{SafeText.Clean(File.FileHash)}' is no hash "
                    + "that a file can be checked against; ask who shares it to register its SHA-1.");
        if (store is not null && store.TryTell(context, null, found)) return ExitCode.Ok;
        string folder = store?.Begin(File.FileHash) ?? settings.Directory;
        string name = SafeName.Of(File.FileName);
        string path = Path.Combine(folder, name.Length == 0 ? File.FileHash : name);
        if (store is null && await IsHereAsync(path)) return Tell(path, TimeSpan.Zero, 0);
        if (found.Peers.Count == 0)
            throw new CliException(ExitCode.NotFound, $"Nobody shares '{SafeText.Clean(File.FileName)}' now.");

        ChunkDownload download = new(new ChunkDownloadOptions
        {
            FileHash = File.FileHash,
            FileSize = File.FileSize,
            ChunkSize = File.ChunkSize,
            Path = path,
            Peers = found.Peers,
            BindAddress = settings.Bind,
        });
        long begin = context.Host.Time.GetTimestamp();
        await ShowAsync(download, download.RunAsync(context.Stop));
        TimeSpan time = context.Host.Time.GetElapsedTime(begin);
        if (store is not null)
            await store.KeepAsync(context, path, ContentStore.KeyOf(File.FileHash) is { } key ? [key] : []);
        return Tell(path, time, File.FileSize);
    }

    // The same command again finds the file and is done; other content under that name is not lost unseen.
    private async Task<bool> IsHereAsync(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists) return false;
        if (file.Length == File.FileSize && File.FileHash.Length == 40
            && await ContentStore.Sha1OfAsync(path, context.Stop) == File.FileHash)
            return true;
        throw new CliException(
            ExitCode.Disk, $"'{SafeText.Clean(path)}' is here with other content: move it, or choose another --dir.");
    }

    private int Tell(string path, TimeSpan time, long downloaded)
    {
        string rate = downloaded == 0 ? "" : $" in {Units.Time(time)} from {Units.Count(found.Peers.Count, "peer")}";
        context.Output.Say($"{SafeText.Clean(path)} is complete: {Units.Bytes(File.FileSize)}{rate}.");
        context.Output.Result(new TransferResult(
            context.Command,
            ExitCode.Ok,
            "completed",
            null,
            [
                new TorrentResult
                {
                    Name = File.FileName,
                    InfoHash = null,
                    InfoHashV2 = null,
                    Uploaded = 0,
                    Wasted = 0,
                    Path = path,
                    Complete = true,
                    Size = File.FileSize,
                    Wanted = File.FileSize,
                    Completed = File.FileSize,
                    Downloaded = downloaded,
                    Seconds = Math.Round(time.TotalSeconds, 3),
                    MeanRate = Math.Round(TransferRecords.MeanRate(downloaded, time)),
                },
            ]));
        return ExitCode.Ok;
    }

    private async Task ShowAsync(ChunkDownload download, Task work)
    {
        TerminalOutput output = context.Output;
        using PeriodicTimer timer = new(output.IsLive ? LiveInterval : LineInterval, context.Host.Time);
        Task<bool> tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        while (await Task.WhenAny(work, tick) != work)
        {
            double share = File.FileSize == 0 ? 1 : (double)download.ArrivedBytes / File.FileSize;
            string line = $"{SafeText.Fit(File.FileName, 40)}: {Units.Percent(share)} of {Units.Bytes(File.FileSize)}, "
                + $"in chunks from {Units.Count(found.Peers.Count, "peer")}";
            if (output.IsLive) output.Show([SafeText.Fit(line, output.Columns - 1)]);
            else if (output.Options.Mode == OutputMode.Text) output.Say(line);
            tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        }
        output.Clear();
        await work;
    }
}
