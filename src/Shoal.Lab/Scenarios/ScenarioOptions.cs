using System.Collections.Immutable;

namespace Shoal.Lab.Scenarios;

/// <summary>How scenarios are run.</summary>
public sealed record ScenarioOptions
{
    /// <summary>
    /// Files to move, as full paths, in place of those of a scenario in their order; where there are fewer, the rest
    /// stay as the scenario has them. Rates grow and shrink with the files, so that a run takes as long as it did.
    /// </summary>
    public ImmutableArray<string> Files { get; init; } = [];

    /// <summary>Time between the last seeder's start and the first downloader's, to look at who has what.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>
    /// Runs the swarm as a private one: every process is a member with a credential of its own, and they speak TLS.
    /// </summary>
    public bool Tls { get; init; }

    /// <summary>Sees the swarm now and then while it runs; null for nobody.</summary>
    public Action<ScenarioView>? Watch { get; init; }
}
