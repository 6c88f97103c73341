using Shoal.Cli.Commands;
using Shoal.Cli.Output;
using Shoal.Engine;

namespace Shoal.Cli.Running;

/// <summary>
/// Shares every file in some folders by itself, and what comes, changes or goes there later. It looks at the folders
/// now and then, which works on every file system, and takes a file when it has not changed between two looks.
/// </summary>
/// <param name="context">The command.</param>
/// <param name="folders">Folders, with all folders in them.</param>
/// <param name="shares">Shares one file and takes it back.</param>
internal sealed class FolderShare(CommandContext context, IReadOnlyList<string> folders, ShareSession shares)
{
    /// <summary>Files at the most; each is a torrent that announces by itself. A choice of ours.</summary>
    private const int MaxFiles = 5_000;

    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    private static readonly EnumerationOptions AllBelow = new()
    {
        RecurseSubdirectories = true,
        // Hidden files are those that programs keep beside what people made; links may lead out of the folder.
        AttributesToSkip = FileAttributes.Hidden | FileAttributes.System | FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
    };

    private readonly Dictionary<string, (FileMark Mark, SharedContent? Content)> _known = [];
    private Dictionary<string, FileMark> _seen = [];
    private bool _isFullTold;

    /// <summary>Shares what is there now.</summary>
    public async Task<IReadOnlyList<ITransfer>> BeginAsync()
    {
        _seen = Look();
        List<ITransfer> transfers = [];
        foreach ((string path, FileMark mark) in _seen)
            if (await ShareAsync(path, mark) is { } transfer) transfers.Add(transfer);
        return transfers;
    }

    /// <summary>Looks again and again until the command ends.</summary>
    /// <param name="run">Shows what is shared.</param>
    /// <param name="stop">Ends it.</param>
    public async Task WatchAsync(TransferRun run, CancellationToken stop)
    {
        using PeriodicTimer timer = new(LookInterval, context.Host.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                Dictionary<string, FileMark> before = _seen;
                _seen = Look();
                foreach (string path in _known.Keys.Where(p => IsOther(p, _seen)).ToArray())
                    await UnshareAsync(path, run);
                foreach ((string path, FileMark mark) in _seen)
                {
                    bool rests = before.TryGetValue(path, out FileMark last) && last == mark;
                    if (rests && !_known.ContainsKey(path) && await ShareAsync(path, mark) is { } transfer)
                        run.Add(transfer);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The command ends.
        }
    }

    private bool IsOther(string path, Dictionary<string, FileMark> seen) =>
        !seen.TryGetValue(path, out FileMark mark) || mark != _known[path].Mark;

    private Dictionary<string, FileMark> Look()
    {
        Dictionary<string, FileMark> seen = [];
        foreach (string folder in folders)
        {
            try
            {
                foreach (FileInfo file in new DirectoryInfo(folder).EnumerateFiles("*", AllBelow))
                {
                    if (seen.Count == MaxFiles) break;
                    seen[file.FullName] = new FileMark(file.Length, file.LastWriteTimeUtc);
                }
            }
            catch (IOException)
            {
                // A folder that is gone has no files; it may come back.
            }
        }
        if (seen.Count == MaxFiles && !_isFullTold)
        {
            _isFullTold = true;
            context.Output.Warn(
                $"Only the first {MaxFiles} files are shared: share a folder as a whole, without --each.");
        }
        return seen;
    }

    private async Task<ITransfer?> ShareAsync(string path, FileMark mark)
    {
        // Noted before, so that what cannot be shared is not tried again until it changes.
        _known[path] = (mark, null);
        if (mark.Length == 0) return null;
        try
        {
            SharedContent content = await shares.ShareAsync(ContentPath.Find(path, Path.GetDirectoryName(path)!));
            _known[path] = (mark, content);
            return content.Transfer;
        }
        catch (Exception error) when (error is TorrentException or CliException)
        {
            context.Output.Say($"{SafeText.Clean(path)} is not shared: {FailureMap.Sentence(error)}");
            return null;
        }
    }

    private async Task UnshareAsync(string path, TransferRun run)
    {
        _known.Remove(path, out (FileMark Mark, SharedContent? Content) known);
        if (known.Content is not { } content) return;
        run.Remove(content.Transfer);
        await shares.UnshareAsync(content);
        context.Output.Say($"No longer sharing {SafeText.Clean(Path.GetFileName(path))}.");
    }

    /// <summary>By what a change of a file is seen.</summary>
    private readonly record struct FileMark(long Length, DateTime Written);
}
