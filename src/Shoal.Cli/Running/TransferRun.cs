using System.Collections.Concurrent;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Engine;

namespace Shoal.Cli.Running;

/// <summary>
/// Runs torrents that are added already until the goal is reached, a signal comes, or the user types exit; shows and
/// tells what happens meanwhile.
/// </summary>
internal sealed class TransferRun
{
    private static readonly TimeSpan BusyTick = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan IdleTick = TimeSpan.FromSeconds(1);

    /// <summary>Time for one peer to take a credential before it is told that another one did not.</summary>
    private static readonly TimeSpan RefusalPatience = TimeSpan.FromSeconds(2);

    private readonly CommandContext _context;
    private readonly RunGoal _goal;
    private readonly TransferWatch _watch;
    private readonly IReadOnlyList<ITransfer> _transfers;
    private readonly List<Task> _programs = [];
    private readonly ConcurrentQueue<(ITransfer Transfer, bool Comes)> _changes = new();
    private readonly List<Task> _latePumps = [];
    private readonly long _start;
    private string? _keptPath;

    /// <summary>Prepares a run.</summary>
    /// <param name="context">The command.</param>
    /// <param name="transfers">The torrents.</param>
    /// <param name="goal">What ends the run.</param>
    /// <param name="wantsData">True when the run is there to fetch something.</param>
    public TransferRun(CommandContext context, IReadOnlyList<ITransfer> transfers, RunGoal goal, bool wantsData)
    {
        _context = context;
        _goal = goal;
        _transfers = transfers;
        _start = context.Host.Time.GetTimestamp();
        _watch = new TransferWatch(transfers, goal, context.Output, TimeSpan.Zero)
        {
            WantsData = wantsData,
            Completed = OnCompleted,
        };
    }

    /// <summary>Takes what is complete elsewhere and gives the path there; null leaves it where it is.</summary>
    public Func<Task<string>>? Keep { get; init; }

    /// <summary>True when another run follows a good end, which tells the result of both.</summary>
    public bool IsFollowed { get; init; }

    /// <summary>The run that this one follows; null for none.</summary>
    public TransferRun? Before { get; init; }

    // Where the content is kept by its hash; null where it is not.
    private string? KeptPath => _keptPath ?? Before?.KeptPath;

    private IEnumerable<TorrentResult> Outcomes => _watch.Progress.Select(Outcome);

    private TerminalOutput Output => _context.Output;

    private TimeSpan Now => _context.Host.Time.GetElapsedTime(_start);

    /// <summary>Takes one more torrent into the run. Any thread.</summary>
    public void Add(ITransfer transfer) => _changes.Enqueue((transfer, Comes: true));

    /// <summary>Leaves a torrent out of the run from now on. Any thread.</summary>
    public void Remove(ITransfer transfer) => _changes.Enqueue((transfer, Comes: false));

    /// <summary>Runs to the end and tells it; the result is the exit code.</summary>
    public async Task<int> RunAsync()
    {
        using CancellationTokenSource events = new();
        Task pumps = Task.WhenAll(_transfers.Select(t => PumpAsync(t, events.Token)));
        RunEnd end = await WatchAsync(TypedLines.Start(_context.Host.OpenInput), events.Token);
        Output.Clear();
        await Task.WhenAll(_programs);
        await events.CancelAsync();
        await pumps;
        await Task.WhenAll(_latePumps);
        _watch.TellLast(Now);
        int exitCode = _watch.ExitCodeOf(end);
        TellEnd(end);
        if (exitCode == ExitCode.Ok && Keep is { } keep) _keptPath = await keep();
        if (exitCode == ExitCode.Ok && IsFollowed) return exitCode;
        Output.Result(new TransferResult(
            _context.Command,
            exitCode,
            NameOf(end),
            _watch.ErrorOf(end),
            [.. Outcomes])
        {
            Path = KeptPath,
        });
        return exitCode;
    }

    private async Task<RunEnd> WatchAsync(TypedLines typed, CancellationToken events)
    {
        CancellationToken stop = _context.Stop;
        Task completion = Task.WhenAll(_transfers.Select(t => t.Completion));
        Task<bool> line = typed.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        while (true)
        {
            TakeChanges(events);
            if (_watch.Step(Now) is { } end) return end;
            if (stop.IsCancellationRequested) return _context.Signals.End;
            if (line.IsCompleted)
            {
                if (TakeLines(typed)) return RunEnd.Asked;
                line = typed.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
                bool ended = line.IsCompleted && !await line;
                if (ended && _goal.EndsWithInput) return RunEnd.Asked;
                if (ended) line = new TaskCompletionSource<bool>().Task;
            }
            bool isBusy = Output.IsLive || _watch.Progress.Any(p => !p.IsComplete);
            Task delay = Task.Delay(isBusy ? BusyTick : IdleTick, _context.Host.Time, stop);
            // Once it has completed, the completion would wake the loop at once, again and again.
            Task news = completion.IsCompleted ? delay : completion;
            await Task.WhenAny(delay, line, news);
        }
    }

    private void TakeChanges(CancellationToken events)
    {
        while (_changes.TryDequeue(out (ITransfer Transfer, bool Comes) change))
        {
            if (!change.Comes)
            {
                _watch.Remove(change.Transfer);
                continue;
            }
            _watch.Add(change.Transfer, Now);
            _latePumps.Add(PumpAsync(change.Transfer, events));
        }
    }

    // True when the user wants to leave.
    private bool TakeLines(TypedLines typed)
    {
        while (typed.Reader.TryRead(out string? line))
        {
            Output.LineTyped();
            switch (line.ToUpperInvariant())
            {
                case "EXIT" or "QUIT":
                    return true;
                case "PROG":
                    _watch.Answer();
                    break;
                case "":
                    break;
                default:
                    Output.Say("Type prog to see the progress, exit to leave.");
                    break;
            }
        }
        return false;
    }

    private async Task PumpAsync(ITransfer transfer, CancellationToken stop)
    {
        string infoHash = transfer.Hashes.ToString();
        bool isRefused = false;
        TaskCompletionSource welcome = new();
        Task telling = Task.CompletedTask;
        // Of a web server it is said once that it failed, however often it does, and that it is not used any more.
        HashSet<(string Url, bool IsOver)> told = [];
        try
        {
            await foreach (TorrentEvent happened in transfer.EventsAsync(stop))
            {
                if (TransferRecords.Of(happened, infoHash) is { } record) Output.Event(record);
                if (happened is WebSeedFailed failed && told.Add((failed.Url, failed.RetryIn is null)))
                    Output.Warn("shoal: " + SafeText.Clean(TransferText.WebSeedWord(failed)));
                if (happened is PeerConnected) welcome.TrySetResult();
                else if (!isRefused && happened is PeerRefused { IsIncoming: false } refused
                    && refused.Reason == "CertificateRefused")
                {
                    // Once: what the first one says, the others will.
                    isRefused = true;
                    telling = TellRefusalAsync(refused, welcome.Task, stop);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
        catch (TorrentException)
        {
            // The torrent failed, which the watch sees and tells.
        }
        await telling;
    }

    // A peer that several addresses lead to hangs up on all calls but the first one, which is no word on a credential.
    // The end of the run ends the wait too.
    private async Task TellRefusalAsync(PeerRefused refused, Task welcome, CancellationToken stop)
    {
        Task patience = Task.Delay(RefusalPatience, _context.Host.Time, stop);
        if (await Task.WhenAny(welcome, patience) == welcome) return;
        Output.Warn(
            $"shoal: {refused.EndPoint} hung up when it saw your credential; if all do, it was revoked or "
            + "has ended, and whoever runs the swarm gives out a new one.");
    }

    // Where it was downloaded to it is no more, and what was downloaded came in the run before.
    private TorrentResult Outcome(TransferProgress progress)
    {
        TorrentResult outcome = TransferRecords.Outcome(progress);
        if (KeptPath is { } path) outcome = outcome with { Path = path };
        TorrentResult? before = Before?.Outcomes.FirstOrDefault(
            o => (o.InfoHash, o.InfoHashV2) == (outcome.InfoHash, outcome.InfoHashV2));
        return before is null ? outcome : outcome with
        {
            Downloaded = before.Downloaded + outcome.Downloaded,
            Uploaded = before.Uploaded + outcome.Uploaded,
            Wasted = before.Wasted + outcome.Wasted,
            Seconds = before.Seconds,
            MeanRate = before.MeanRate,
        };
    }

    private void OnCompleted(TransferProgress progress)
    {
        if (_watch.WantsData) Output.Say(progress.FinalLine(isMoved: Keep is not null));
        if (_goal.OnComplete is { } program)
            _programs.Add(CompletionProgram.RunAsync(program, progress.Transfer, Output, _context.Stop));
    }

    private void TellEnd(RunEnd end)
    {
        string incomplete = string.Join(
            " ", _watch.Progress.Where(p => !p.IsComplete).Select(p => TransferText.Incomplete(p.Snapshot)));
        if (_watch.ErrorOf(end) is { } error)
            Output.Warn($"shoal: {error}{(end == RunEnd.TimedOut ? " " + incomplete : "")}");
        else if (end != RunEnd.Completed && _watch.WantsData && incomplete.Length > 0)
            Output.Say($"{incomplete} The same command goes on with it.");
    }

    private static string NameOf(RunEnd end) => end switch
    {
        RunEnd.Completed => "completed",
        RunEnd.Asked => "asked",
        RunEnd.Interrupted => "interrupted",
        RunEnd.Terminated => "terminated",
        RunEnd.HungUp => "hung_up",
        RunEnd.TimedOut => "timed_out",
        _ => "failed",
    };
}
