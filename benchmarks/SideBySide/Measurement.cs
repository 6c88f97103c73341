namespace Shoal.SideBySide;

/// <summary>What one run cost.</summary>
/// <param name="Subject">The pair, or the program.</param>
/// <param name="WallSeconds">From the start of the (last) downloader to the end of the last one.</param>
/// <param name="CpuSeconds">Processor time of the downloader, its start included; of several, their mean.</param>
/// <param name="PeakMiB">Peak resident memory of the downloader; of several, the largest.</param>
/// <param name="SeederCpuSeconds">Processor time of the seeder during the transfer; null where there is none.</param>
/// <param name="SeederPeakMiB">Peak resident memory of the seeder, its check at the start included.</param>
internal sealed record Measurement(
    string Subject,
    double WallSeconds,
    double CpuSeconds,
    double PeakMiB,
    double? SeederCpuSeconds,
    double? SeederPeakMiB)
{
    public static Measurement Median(IReadOnlyList<Measurement> runs) => new(
        runs[0].Subject,
        Median(runs.Select(r => r.WallSeconds)),
        Median(runs.Select(r => r.CpuSeconds)),
        Median(runs.Select(r => r.PeakMiB)),
        runs[0].SeederCpuSeconds is null ? null : Median(runs.Select(r => r.SeederCpuSeconds ?? 0)),
        runs[0].SeederPeakMiB is null ? null : Median(runs.Select(r => r.SeederPeakMiB ?? 0)));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
