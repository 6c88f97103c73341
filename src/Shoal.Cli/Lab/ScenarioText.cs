using Shoal.Cli.Output;
using Shoal.Lab.Scenarios;

namespace Shoal.Cli.Lab;

/// <summary>What came of a scenario, in words.</summary>
internal static class ScenarioText
{
    /// <summary>A line for the figures, one for each expectation, and one for the copies.</summary>
    public static IEnumerable<string> Lines(ScenarioOutcome outcome, Palette palette)
    {
        Scenario scenario = outcome.Scenario;
        IReadOnlyDictionary<string, double> figures = outcome.Figures;
        yield return $"{scenario.Name}: {Units.Count(scenario.Downloaders.Length, "downloader")} got "
            + $"{Units.Bytes(outcome.Size)} in {Seconds(figures[Measure.Seconds])}, "
            + $"{Units.Rate(figures[Measure.Rate])} together, {Units.Percent(figures[Measure.FromPeers])} of it from "
            + $"each other; {Units.Count((long)figures[Measure.ActiveSeeders], "seeder")} sent "
            + $"{figures[Measure.SeederCopies]:0.00} copies.";
        if (scenario.Shows.Length > 0) yield return $"  {SafeText.Clean(scenario.Shows)}";
        foreach (Finding finding in outcome.Findings) yield return $"  {Verdict(finding.Passed)} {Sentence(finding)}";
        yield return $"  {Verdict(outcome.Identical)} "
            + (outcome.Identical ? "every copy is the original, byte for byte" : "a copy differs from the original");

        string Verdict(bool passed) => passed ? palette.Green("pass") : palette.Red("FAIL");
    }

    /// <summary>An expectation with the figures that it was judged by.</summary>
    public static string Sentence(Finding finding)
    {
        Expectation expected = finding.Expectation;
        string bound = $"{(expected.IsUpper ? "at most" : "at least")} {Number(finding.Bound, expected.Figure)}";
        string sentence = $"{expected.Figure} {Number(finding.Value, expected.Figure)}, {bound} expected";
        if (finding.Compared is not { } compared) return sentence;
        string theirs = $"{expected.Other} has {Number(compared, expected.OtherFigure!)}";
        if (finding.Value <= 0 || compared <= 0) return $"{sentence}: {theirs}";
        bool isTime = expected.Figure is Measure.Seconds or Measure.MeanSeconds;
        double ratio = isTime ? compared / finding.Value : finding.Value / compared;
        return $"{sentence}: {theirs}, so this is {ratio:0.00} times {(isTime ? "as fast" : "as much")}";
    }

    private static string Number(double value, string figure) => figure switch
    {
        Measure.Seconds or Measure.MeanSeconds => Seconds(value),
        Measure.Rate => Units.Rate(value),
        Measure.FromPeers or Measure.Wasted => Units.Percent(value),
        Measure.SeederCopies => $"{value:0.00}",
        _ => $"{value:0.##}",
    };

    // A tenth is what differs between runs; hundredths say nothing.
    private static string Seconds(double seconds) => $"{seconds:0.0} s";
}
