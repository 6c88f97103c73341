using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Engine;

namespace Shoal.Cli.Running;

/// <summary>
/// Watches the torrents of a run: shows them, tells what happens, and decides when the run is over. Synchronous; the
/// time comes with each step.
/// </summary>
internal sealed class TransferWatch
{
    private const int MaxShownTorrents = 8;
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan EventInterval = TimeSpan.FromSeconds(1);

    private readonly List<TransferProgress> _progress;
    private readonly RunGoal _goal;
    private readonly TerminalOutput _output;
    private TimeSpan _nextLine;
    private TimeSpan _nextEvent;

    /// <summary>Begins to watch.</summary>
    public TransferWatch(IEnumerable<ITransfer> transfers, RunGoal goal, TerminalOutput output, TimeSpan now)
    {
        _progress = [.. transfers.Select(t => new TransferProgress(t, now))];
        _goal = goal;
        _output = output;
        _nextLine = now + LineInterval;
    }

    /// <summary>Watches one more.</summary>
    public void Add(ITransfer transfer, TimeSpan now) => _progress.Add(new TransferProgress(transfer, now));

    /// <summary>Watches one no longer.</summary>
    public void Remove(ITransfer transfer) => _progress.RemoveAll(p => p.Transfer == transfer);

    /// <summary>Called once for each torrent when it becomes complete.</summary>
    public Action<TransferProgress>? Completed { get; init; }

    /// <summary>The torrents.</summary>
    public IReadOnlyList<TransferProgress> Progress => _progress;

    /// <summary>The exit code that an end of this run has.</summary>
    public int ExitCodeOf(RunEnd end) => end switch
    {
        RunEnd.Interrupted or RunEnd.Terminated or RunEnd.HungUp => StopSignals.ExitCodeOf(end),
        RunEnd.TimedOut => _progress.Any(p => p.HasReceived) ? ExitCode.Incomplete : ExitCode.NotFound,
        RunEnd.Failed when Failure() is null && _progress.Any(HasNothing) => ExitCode.NotFound,
        RunEnd.Failed => Failure() is { } failure ? FailureMap.ExitCodeOf(failure) : ExitCode.Failed,
        _ => WantsData && _progress.Any(p => !p.IsComplete) ? ExitCode.Incomplete : ExitCode.Ok,
    };

    /// <summary>What went wrong in one sentence, or null when an end is what somebody wanted.</summary>
    public string? ErrorOf(RunEnd end) => end switch
    {
        RunEnd.Failed when Failure() is { } failure => FailureMap.Sentence(failure),
        RunEnd.Failed when _progress.FirstOrDefault(HasNothing) is { } empty
            => $"Nothing of '{SafeText.Clean(empty.Snapshot.Name)}' is at "
                + $"'{SafeText.Clean(empty.Transfer.ContentPath ?? "")}': name the folder that it lies in with --dir.",
        RunEnd.Failed => _progress.FirstOrDefault(p => p.Snapshot.State == TorrentState.Failed)?.Snapshot.Error
            ?? "The torrent failed.",
        RunEnd.TimedOut when ExitCodeOf(end) == ExitCode.NotFound => "No peer sent anything in time.",
        RunEnd.TimedOut => "The rest did not arrive in time; the same command goes on with it.",
        _ => null,
    };

    /// <summary>True when the run is there to fetch something, so that leaving early leaves it incomplete.</summary>
    public bool WantsData { get; init; }

    /// <summary>Takes the figures, shows and tells them; the result is not null when the run is over.</summary>
    public RunEnd? Step(TimeSpan now)
    {
        foreach (TransferProgress progress in _progress) progress.Update(now);
        // Drawn first, since a message that is written above the block is followed by the block as it was last.
        if (_output.IsLive) _output.Show([.. Block()]);
        foreach (TransferProgress progress in _progress) TellNews(progress);
        TellNowAndThen(now);
        if (_goal.NeedsContent && _progress.Any(HasNothing)) return RunEnd.Failed;
        if (_progress.Any(p => p.Snapshot.State == TorrentState.Failed || p.Transfer.Completion.IsFaulted))
            return RunEnd.Failed;
        if (_goal.EndsWhenComplete && _progress.All(p => p.IsComplete)) return RunEnd.Completed;
        if (_goal.IsReached?.Invoke() == true) return RunEnd.Completed;
        return HasTimedOut(now) ? RunEnd.TimedOut : null;
    }

    /// <summary>Answers <c>prog</c>.</summary>
    public void Answer()
    {
        foreach (TransferProgress progress in _progress)
        {
            _output.Warn(TransferText.Line(progress.Transfer.Snapshot()));
            TellFigures(progress);
        }
    }

    /// <summary>Tells the last figures, so that a reader of events has them even of a short run.</summary>
    public void TellLast(TimeSpan now)
    {
        foreach (TransferProgress progress in _progress)
        {
            progress.Update(now);
            TellNews(progress);
            if (progress.TakeFigureNews()) TellFigures(progress);
        }
    }

    private Exception? Failure() =>
        _progress.Select(p => p.Transfer.Completion.Exception?.InnerException).FirstOrDefault(e => e is not null);

    private static bool HasNothing(TransferProgress progress) =>
        progress.Snapshot is { State: TorrentState.Seeding, CompletedBytes: 0, WantedBytes: > 0 };

    private bool HasTimedOut(TimeSpan now) =>
        _goal.Timeout is { } timeout
        && _progress.Any(p => !p.IsComplete)
        && _progress.All(p => p.IsComplete || now - p.LastProgress >= timeout);

    private void TellNews(TransferProgress progress)
    {
        if (progress.TakeMetadataNews() && progress.Transfer.Metainfo is { } metainfo)
            _output.Event(TransferRecords.Torrent(progress.Transfer, metainfo));
        if (!WantsData && progress.Snapshot.CompletedBytes > 0 && progress.TakePartNews())
            _output.Say($"{Units.Percent(progress.Snapshot.Progress)} of "
                + $"{SafeText.Clean(progress.Snapshot.Name)} is there and offered.");
        if (!progress.TakeCompleteNews()) return;
        TorrentSnapshot snapshot = progress.Snapshot;
        _output.Event(new CompletedEvent(
            progress.Transfer.Hashes.ToString(),
            progress.Transfer.ContentPath,
            snapshot.WantedBytes,
            Math.Round(progress.DownloadTime.TotalSeconds, 3),
            Math.Round(TransferRecords.MeanRate(snapshot.DownloadedBytes, progress.DownloadTime))));
        if (progress.TakeFigureNews()) TellFigures(progress);
        Completed?.Invoke(progress);
    }

    private void TellNowAndThen(TimeSpan now)
    {
        if (_output.Options.Mode == OutputMode.JsonLines && now >= _nextEvent)
        {
            _nextEvent = now + EventInterval;
            foreach (TransferProgress progress in _progress)
                if (progress.TakeFigureNews()) TellFigures(progress);
        }
        if (!_output.IsLive && now >= _nextLine)
        {
            _nextLine = now + LineInterval;
            // In JSON lines the news has been told already, and an idle seeder has none: both write no line.
            foreach (TransferProgress progress in _progress)
                if (_output.Options.Mode != OutputMode.JsonLines && progress.TakeFigureNews())
                    _output.Say(TransferText.Line(progress.Snapshot));
        }
    }

    private IEnumerable<string> Block()
    {
        int columns = _output.Columns;
        foreach (TransferProgress progress in _progress.Take(MaxShownTorrents))
            foreach (string line in TransferText.Block(progress.Snapshot, _output.Palette, columns))
                yield return line;
        if (_progress.Count > MaxShownTorrents)
            yield return _output.Palette.Dim($"and {_progress.Count - MaxShownTorrents} more");
    }

    private void TellFigures(TransferProgress progress) =>
        _output.Event(TransferRecords.Progress(progress.Transfer, progress.Snapshot, _goal.ReportsPeers));
}
