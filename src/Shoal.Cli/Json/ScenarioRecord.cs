using Shoal.Lab.Scenarios;

namespace Shoal.Cli.Json;

/// <summary>A scenario that was run, in JSON; also an event of its own.</summary>
/// <param name="Name">That of its file, without the ending.</param>
/// <param name="Title">What it is.</param>
/// <param name="Passed">True when everything expected came true and every copy is right.</param>
/// <param name="Identical">True when every copy is the original byte for byte.</param>
/// <param name="Size">Bytes that the downloaders together had to get.</param>
/// <param name="Figures">The figures by the names that scenario files have for them.</param>
/// <param name="Checks">The expectations with what came of them.</param>
/// <param name="Peers">The seeders and downloaders at the end.</param>
internal sealed record ScenarioRecord(
    string Name,
    string Title,
    bool Passed,
    bool Identical,
    long Size,
    IReadOnlyDictionary<string, double> Figures,
    IReadOnlyList<ScenarioCheckRecord> Checks,
    IReadOnlyList<ScenarioPeerRecord> Peers) : JsonRecord("scenario")
{
    /// <summary>Puts an outcome into the form of JSON.</summary>
    public static ScenarioRecord Of(ScenarioOutcome outcome) => new(
        outcome.Scenario.Name,
        outcome.Scenario.Title,
        outcome.Passed,
        outcome.Identical,
        outcome.Size,
        outcome.Figures.ToDictionary(f => f.Key, f => Math.Round(f.Value, 3)),
        [
            .. outcome.Findings.Select(f => new ScenarioCheckRecord(
                f.Expectation.ToString(), Math.Round(f.Value, 3), Math.Round(f.Bound, 3), f.Passed)),
        ],
        [
            .. outcome.Rows.Select(r => new ScenarioPeerRecord(
                r.Role,
                r.IsSeeder ? Math.Round(r.Share, 4) : null,
                r.IsSeeder ? null : r.FromSeeders,
                r.IsSeeder ? null : r.FromPeers,
                r.SentBytes,
                r.Seconds is { } seconds ? Math.Round(seconds, 3) : null)),
        ]);
}

/// <summary>An expectation of a scenario.</summary>
/// <param name="Expect">As it stands in the file.</param>
/// <param name="Value">The figure.</param>
/// <param name="Bound">What it is held against.</param>
/// <param name="Passed">True when it came true.</param>
internal sealed record ScenarioCheckRecord(string Expect, double Value, double Bound, bool Passed);

/// <summary>A process of a scenario.</summary>
/// <param name="Role">What it is.</param>
/// <param name="Had">Share of the pieces that a seeder has; left out for a downloader.</param>
/// <param name="FromSeeders">Bytes that a downloader had from seeders.</param>
/// <param name="FromPeers">Bytes that a downloader had from other downloaders.</param>
/// <param name="Sent">Bytes that went to others.</param>
/// <param name="Seconds">Time that a downloader took.</param>
internal sealed record ScenarioPeerRecord(
    string Role, double? Had, long? FromSeeders, long? FromPeers, long Sent, double? Seconds);
