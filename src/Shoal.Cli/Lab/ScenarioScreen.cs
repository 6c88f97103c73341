using System.Diagnostics;
using Shoal.Cli.Json;
using Shoal.Cli.Output;
using Shoal.Lab.Scenarios;

namespace Shoal.Cli.Lab;

/// <summary>Shows scenarios while they run, and what came of them.</summary>
internal sealed class ScenarioScreen(TerminalOutput output)
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(2);

    private string _announced = "";
    private ScenarioPhase _phase;
    private long _lastLine;

    /// <summary>Shows a running scenario: a table on a terminal, a line now and then elsewhere.</summary>
    public void Show(ScenarioView view)
    {
        bool isNew = view.Scenario.Name != _announced || (view.Phase != _phase && view.Phase < _phase);
        if (isNew)
        {
            output.Clear();
            output.Say($"{view.Scenario.Name}: {SafeText.Clean(view.Scenario.Title)}.");
        }
        _announced = view.Scenario.Name;
        _phase = view.Phase;
        if (view.Rows.Count == 0) return;
        if (output.IsLive)
        {
            output.Show(Board(view.Rows));
        }
        else if (Stopwatch.GetElapsedTime(_lastLine) > LineInterval && view.Phase == ScenarioPhase.Running)
        {
            _lastLine = Stopwatch.GetTimestamp();
            output.Say(string.Join(
                ", ", view.Rows.Where(r => !r.IsSeeder).Select(r => $"{r.Role} {Units.Percent(r.Share)}")));
        }
        else if (view.Phase == ScenarioPhase.Pausing)
        {
            foreach (string line in Board(view.Rows)) output.Say(line);
        }
    }

    /// <summary>Tells what came of a scenario.</summary>
    public void Tell(ScenarioOutcome outcome)
    {
        output.Clear();
        if (!output.Options.Quiet)
            foreach (string line in Board(Means(outcome))) output.Say(line);
        foreach (string line in ScenarioText.Lines(outcome, output.Palette)) output.Data(line);
        output.Event(ScenarioRecord.Of(outcome));
    }

    private IReadOnlyList<string> Board(IEnumerable<PeerRow> rows) =>
        PeerBoard.Lines(rows.Select(BoardRow), output.Palette, output.Columns);

    // At the end nothing moves any more; what tells something is the mean over the run.
    private static IEnumerable<PeerRow> Means(ScenarioOutcome outcome)
    {
        double all = outcome.Figures[Measure.Seconds];
        return outcome.Rows.Select(r => r with
        {
            DownRate = (r.FromSeeders + r.FromPeers) / (r.Seconds ?? all),
            UpRate = r.SentBytes / all,
        });
    }

    private static PeerBoard.Row BoardRow(PeerRow row) =>
        new(row.Role, row.Share, row.DownRate, row.UpRate, row.FromSeeders, row.FromPeers);
}
