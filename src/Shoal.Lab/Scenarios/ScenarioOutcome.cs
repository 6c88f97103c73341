using System.Collections.Immutable;

namespace Shoal.Lab.Scenarios;

/// <summary>What a run of a scenario gave.</summary>
/// <param name="Scenario">Which one.</param>
/// <param name="Figures">Every figure of <see cref="Measure.All"/> by its name.</param>
/// <param name="Rows">The processes, seeders first, as they were at the end.</param>
/// <param name="Size">Bytes that all downloaders together had to get.</param>
/// <param name="Identical">True when every copy is the original byte for byte.</param>
public sealed record ScenarioOutcome(
    Scenario Scenario,
    IReadOnlyDictionary<string, double> Figures,
    IReadOnlyList<PeerRow> Rows,
    long Size,
    bool Identical)
{
    /// <summary>What came of each expectation; empty before it is judged.</summary>
    public ImmutableArray<Finding> Findings { get; init; } = [];

    /// <summary>True when every copy is right and every expectation came true.</summary>
    public bool Passed => Identical && Findings.All(f => f.Passed);
}
