namespace Shoal.Lab.Scenarios;

/// <summary>
/// Runs scenarios and judges them. One that is compared with another needs that one's figures: it is run for them, once
/// for all who ask.
/// </summary>
public sealed class ScenarioSeries(ScenarioLibrary library, ScenarioOptions options)
{
    private readonly Dictionary<string, ScenarioOutcome> _outcomes = [];

    /// <summary>Runs a scenario, and those that it is compared with, and judges it.</summary>
    /// <param name="nameOrPath">One of the program's own, or the path of a file.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="LabException">There is no such scenario, or it cannot be run.</exception>
    public async Task<ScenarioOutcome> RunAsync(string nameOrPath, CancellationToken stop)
    {
        bool isFile = !ScenarioLibrary.BuiltIn.Contains(nameOrPath);
        Scenario scenario = library.Find(nameOrPath);
        string? folder = isFile ? Path.GetDirectoryName(Path.GetFullPath(nameOrPath)) : null;
        // Found before anything runs, so that what is wrong is told at once.
        Scenario[] others =
        [
            .. scenario.Expectations.Select(e => e.Other).OfType<string>().Distinct()
                .Where(name => name != scenario.Name).Select(name => library.FindBeside(name, folder)),
        ];
        ScenarioOutcome outcome = await FiguresOfAsync(scenario, folder, stop).ConfigureAwait(false);
        Dictionary<string, ScenarioOutcome> compared = [];
        foreach (Scenario other in others)
            compared[other.Name] = await FiguresOfAsync(other, folder, stop).ConfigureAwait(false);
        compared[scenario.Name] = outcome;
        return outcome with
        {
            Findings =
            [
                .. scenario.Expectations.Select(
                    e => e.Judge(outcome.Figures, e.Other is null ? null : compared[e.Other].Figures)),
            ],
        };
    }

    private async Task<ScenarioOutcome> FiguresOfAsync(Scenario scenario, string? folder, CancellationToken stop)
    {
        string key = $"{folder}/{scenario.Name}";
        if (_outcomes.TryGetValue(key, out ScenarioOutcome? known)) return known;
        ScenarioRun run = new(scenario, options);
        await using (run.ConfigureAwait(false))
            return _outcomes[key] = await run.RunAsync(stop).ConfigureAwait(false);
    }
}
