using System.Globalization;
using System.Text.Json;

namespace Shoal.TrackerLoad;

/// <summary>The table of a run.</summary>
internal static class LoadReport
{
    public static void Print(TextWriter output, IReadOnlyList<LoadFigures> all)
    {
        output.WriteLine();
        output.WriteLine($"{"server",-12} {"load",-26} {"answers/s",10} {"CPU s",7} {"answers/CPU s",14} {"range",17} "
            + $"{"peers",6} {"p50 ms",8} {"p99 ms",8} {"p99.9",8} {"lost",6} {"wrong",6} {"errors",7}");
        foreach (LoadFigures f in all)
        {
            string range = Invariant($"{f.Rounds.Min():F0}-{f.Rounds.Max():F0}");
            output.WriteLine(
                Invariant($"{f.Server,-12} {f.Loop,-26} {f.AnswersPerSecond,10:F0} {f.CpuSeconds,7:F2} ")
                + Invariant($"{f.AnswersPerCpuSecond,14:F0} {range,17} {f.PeersPerAnnounce,6:F1} ")
                + Invariant($"{f.Latency.Percentile(0.5),8:F3} {f.Latency.Percentile(0.99),8:F3} ")
                + Invariant($"{f.Latency.Percentile(0.999),8:F3} {f.Lost,6} {f.Wrong,6} {f.Errors,7}"));
        }
        foreach (LoadFigures other in all.Where(f => f.Server is "opentracker" or "echo"))
            foreach (LoadFigures f in all.Where(f => f.Loop == other.Loop && f.Server.StartsWith("shoal")))
                output.WriteLine(Invariant(
                    $"{f.Server}: {f.RatioTo(other):F2} times {other.Server}'s per CPU s ({f.Loop})"));
        output.WriteLine();
    }

    public static void WriteJson(string path, IReadOnlyList<LoadFigures> all) =>
        File.WriteAllText(path, JsonSerializer.Serialize(all.Select(f => new
        {
            server = f.Server, load = f.Loop, answers = f.Answers, announces = f.Announces,
            peers_per_announce = f.PeersPerAnnounce, errors = f.Errors, wrong = f.Wrong, lost = f.Lost,
            seconds = f.Seconds, cpu_seconds = f.CpuSeconds, answers_per_cpu_second = f.AnswersPerCpuSecond,
            rounds = f.Rounds, p50_ms = f.Latency.Percentile(0.5), p99_ms = f.Latency.Percentile(0.99),
            p999_ms = f.Latency.Percentile(0.999),
        })) + "\n");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
