using System.Collections.Immutable;
using System.Net;
using Shoal.Cli.Commands;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Cli.Parsing;
using Shoal.Cli.Settings;
using Shoal.Engine;
using Shoal.Engine.Lines;
using Shoal.Engine.Stores;
using Shoal.Protocol.Catalogues;
using Shoal.Storage.Layout;

namespace Shoal.Cli.Running;

/// <summary>
/// Downloads a file that has no torrent, in chunks from the peers that its catalogue names. Nothing tells a right chunk
/// from a wrong one before the whole is here, so nothing is offered to others until then.
/// </summary>
/// <param name="context">The command.</param>
/// <param name="settings">How to transfer.</param>
/// <param name="found">The file and who has it.</param>
/// <param name="store">Where to keep it, or null for the folder of the settings.</param>
/// <param name="goal">What ends it early, and what is to be done once it is complete.</param>
internal sealed class ChunkRun(
    CommandContext context, TransferSettings settings, FoundFile found, StoreTarget? store, RunGoal goal)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    private volatile bool _hasReceived;

    /// <summary>True to share the file once it is complete, as <c>share</c> does, until the user ends it.</summary>
    public bool KeepsSeeding { get; init; }

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
        string name = SafeName.Of(File.FileName) is { Length: > 0 } safe ? safe : File.FileHash;
        string path = Path.Combine(folder, name);
        TimeSpan time = TimeSpan.Zero;
        bool isHere = store is null && await IsHereAsync(path);
        if (!isHere)
        {
            long begin = context.Host.Time.GetTimestamp();
            await DownloadAsync(path);
            time = context.Host.Time.GetElapsedTime(begin);
            if (store is not null)
                path = await store.KeepAsync(context, path, ContentStore.KeyOf(File.FileHash) is { } key ? [key] : []);
        }
        if (goal.OnComplete is { } program)
            await CompletionProgram.RunAsync(program, path, name, "", context.Output, context.Stop);
        int exitCode = Tell(path, time, isHere ? 0 : File.FileSize);
        return KeepsSeeding && File.FileSize > 0 ? await ShareAsync(path, name) : exitCode;
    }

    private async Task DownloadAsync(string path)
    {
        if (found.Peers.Count == 0)
            throw new CliException(ExitCode.NotFound, $"Nobody shares '{SafeText.Clean(File.FileName)}' now.");
        ChunkDownload download = new(new ChunkDownloadOptions
        {
            FileHash = File.FileHash,
            FileSize = File.FileSize,
            ChunkSize = File.ChunkSize,
            Path = path,
            Peers = found.Peers,
            BytesPerSecond = settings.Down,
            BindAddress = settings.Bind,
        })
        {
            ChunkArrived = _ => _hasReceived = true,
        };
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        await ShowAsync(download, download.RunAsync(end.Token), end);
    }

    /// <summary>Makes a torrent of the file, serves it, and registers it where it was found and elsewhere.</summary>
    private async Task<int> ShareAsync(string path, string name)
    {
        CreateOptions options = new()
        {
            Name = name, Trackers = [.. settings.Trackers.Select(url => ImmutableArray.Create(url))],
        };
        CreatedTorrent created =
            await ShareSession.HashAsync(context, ContentPath.Find(path, settings.Directory), options);
        ImmutableArray<IPAddress> own = OwnAddresses.Reachable(settings.Bind, OwnAddresses.Find());
        await using TransferSession session = await TransferSession.StartAsync(context, settings);
        await using SharedFiles shared = new(
            context,
            [.. settings.Trackers.Select(url => CatalogueAccount.Of(
                url, CatalogueFinder.Token(context), settings.Bind, own, session.Engine.Port))]);
        Torrent torrent = await session.Engine.AddAsync(
            new TorrentSource.Parsed(created.Metainfo),
            settings.ToTorrentOptions() with
            {
                ContentPaths = created.Paths, InitialCheck = InitialCheck.Trust, SeedOnly = true, Trackers = [],
                TrustsAddresses = true,
            },
            context.Stop);
        // By the hash that it was found and checked by, so that who comes later finds one file and not two.
        shared.Add(torrent, created, path, File.FileHash);
        RunGoal seeding = goal with { Timeout = null, OnComplete = null };
        return await new TransferRun(context, [new TorrentTransfer(torrent)], seeding, wantsData: false).RunAsync();
    }

    // The same command again finds the file and is done; other content under that name is not lost unseen.
    private async Task<bool> IsHereAsync(string path)
    {
        FileInfo file = new(path);
        if (!file.Exists) return false;
        if (file.Length == File.FileSize && await ChunkDownload.IsAsync(path, File.FileHash, context.Stop)) return true;
        throw new CliException(
            ExitCode.Disk, $"'{SafeText.Clean(path)}' is here with other content: move it, or choose another --dir.");
    }

    private int Tell(string path, TimeSpan time, long downloaded)
    {
        string rate = downloaded == 0 ? "" : $" in {Units.Time(time)} from {Units.Count(found.Peers.Count, "peer")}";
        context.Output.Say($"{SafeText.Clean(path)} is complete: {Units.Bytes(File.FileSize)}{rate}.");
        // Who goes on seeding has the result at the end of that.
        if (KeepsSeeding && File.FileSize > 0) return ExitCode.Ok;
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
            ])
        {
            Path = store is null ? null : path,
        });
        return ExitCode.Ok;
    }

    private async Task ShowAsync(ChunkDownload download, Task work, CancellationTokenSource end)
    {
        long arrived = -1;
        long changedAt = 0;
        long toldAt = context.Host.Time.GetTimestamp();
        bool isTimedOut = false;
        using PeriodicTimer timer = new(LookInterval, context.Host.Time);
        Task<bool> tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        while (await Task.WhenAny(work, tick) != work)
        {
            if (download.ArrivedBytes != arrived)
                (arrived, changedAt) = (download.ArrivedBytes, context.Host.Time.GetTimestamp());
            else if (!isTimedOut && context.Host.Time.GetElapsedTime(changedAt) >= goal.Timeout)
            {
                isTimedOut = true;
                await end.CancelAsync();
            }
            if (ShowLine(arrived, context.Host.Time.GetElapsedTime(toldAt) >= LineInterval))
                toldAt = context.Host.Time.GetTimestamp();
            tick = timer.WaitForNextTickAsync(CancellationToken.None).AsTask();
        }
        context.Output.Clear();
        try
        {
            await work;
        }
        catch (OperationCanceledException) when (isTimedOut && !context.Stop.IsCancellationRequested)
        {
            throw _hasReceived
                ? new CliException(
                    ExitCode.Incomplete, "The rest did not arrive in time; the same command goes on with it.")
                : new CliException(ExitCode.NotFound, "No peer sent anything in time.");
        }
    }

    /// <summary>Shows how far it is on a terminal, else tells it when it is time; true when it was told.</summary>
    private bool ShowLine(long arrived, bool isTime)
    {
        TerminalOutput output = context.Output;
        double share = File.FileSize == 0 ? 1 : (double)arrived / File.FileSize;
        string line = $"{SafeText.Fit(File.FileName, 40)}: {Units.Percent(share)} of {Units.Bytes(File.FileSize)}, "
            + $"in chunks from {Units.Count(found.Peers.Count, "peer")}";
        if (output.IsLive) output.Show([SafeText.Fit(line, output.Columns - 1)]);
        else if (isTime && output.Options.Mode == OutputMode.Text) output.Say(line);
        return isTime;
    }
}
