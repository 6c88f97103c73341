using System.Globalization;
using System.Text.Json;

namespace Shoal.TrackerLoad;

/// <summary>The table of a run.</summary>
internal static class LoadReport
{
    public static void Print(TextWriter output, IReadOnlyList<LoadFigures> all)
    {
        output.WriteLine();
        output.WriteLine($"{"server",-12} {"load",-24} {"answers/s",10} {"CPU s",7} {"answers/CPU s",14} {"peers",6} "
            + $"{"p50 ms",8} {"p99 ms",8} {"p99.9",8} {"lost",6} {"wrong",6} {"errors",7}");
        foreach (LoadFigures f in all)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{f.Server,-12} {f.Loop,-24} {f.AnswersPerSecond,10:F0} {f.CpuSeconds,7:F2} ")
                + string.Create(CultureInfo.InvariantCulture,
                    $"{f.AnswersPerCpuSecond,14:F0} {f.PeersPerAnnounce,6:F1} {f.Latency.Percentile(0.5),8:F3} ")
                + string.Create(CultureInfo.InvariantCulture,
                    $"{f.Latency.Percentile(0.99),8:F3} {f.Latency.Percentile(0.999),8:F3} ")
                + string.Create(CultureInfo.InvariantCulture, $"{f.Lost,6} {f.Wrong,6} {f.Errors,7}"));
        LoadFigures? other = all.FirstOrDefault(f => f.Server == "opentracker" && IsClosed(f));
        if (other is null) return;
        foreach (LoadFigures f in all.Where(f => f != other && IsClosed(f)))
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{f.Server}: {f.AnswersPerCpuSecond / other.AnswersPerCpuSecond:F2} times opentracker's per CPU s"));
    }

    public static void WriteJson(string path, IReadOnlyList<LoadFigures> all) =>
        File.WriteAllText(path, JsonSerializer.Serialize(all.Select(f => new
        {
            server = f.Server, load = f.Loop, answers = f.Answers, announces = f.Announces,
            peers_per_announce = f.PeersPerAnnounce, errors = f.Errors, wrong = f.Wrong, lost = f.Lost,
            seconds = f.Seconds, cpu_seconds = f.CpuSeconds, answers_per_cpu_second = f.AnswersPerCpuSecond,
            p50_ms = f.Latency.Percentile(0.5), p99_ms = f.Latency.Percentile(0.99),
            p999_ms = f.Latency.Percentile(0.999),
        })) + "\n");

    private static bool IsClosed(LoadFigures figures) => figures.Loop.StartsWith("closed", StringComparison.Ordinal);
}
