namespace Shoal.SideBySide;

/// <summary>What one run cost. What does not apply, or is not part of what was measured, is null.</summary>
/// <param name="Subject">The pair, or the program.</param>
/// <param name="WallSeconds">From the start of the (last) downloader to the end of the last one.</param>
/// <param name="CpuSeconds">Processor time of the downloader, its start included; of several, their mean.</param>
/// <param name="PeakMiB">Peak resident memory of the downloader; of several, the largest.</param>
/// <param name="SeederCpuSeconds">Processor time of the seeder during the transfer.</param>
/// <param name="SeederPeakMiB">Peak resident memory of the seeder, its check at the start included.</param>
/// <param name="MovedBytes">Bytes that were moved, of all downloaders together; null where nothing was.</param>
internal sealed record Measurement(
    string Subject,
    double WallSeconds,
    double? CpuSeconds,
    double? PeakMiB,
    double? SeederCpuSeconds,
    double? SeederPeakMiB,
    long? MovedBytes)
{
    /// <summary>Until the first request came, for <see cref="BenchmarkMode.Start"/>.</summary>
    public double? FirstRequestSeconds { get; init; }

    /// <summary>
    /// Processor time of the seeder until all peers were connected, for <see cref="BenchmarkMode.Leechers"/>.
    /// </summary>
    public double? ConnectCpuSeconds { get; init; }

    /// <summary>Bytes that the one program moved, of several at the same time; null where it moved all.</summary>
    public long? OwnBytes { get; init; }

    /// <summary>Bytes moved in a second, in MiB; null where nothing was moved.</summary>
    public double? Rate => MovedBytes / 1048576.0 / WallSeconds;

    /// <summary>Processor time of the one program that was looked at, per GiB that it moved.</summary>
    public double? CpuPerGiB => (CpuSeconds ?? SeederCpuSeconds) / ((OwnBytes ?? MovedBytes) / 1073741824.0);

    public static Measurement Median(IReadOnlyList<Measurement> runs) => new(
        runs[0].Subject,
        Median(runs, r => r.WallSeconds)!.Value,
        Median(runs, r => r.CpuSeconds),
        Median(runs, r => r.PeakMiB),
        Median(runs, r => r.SeederCpuSeconds),
        Median(runs, r => r.SeederPeakMiB),
        (long?)Median(runs, r => r.MovedBytes))
    {
        FirstRequestSeconds = Median(runs, r => r.FirstRequestSeconds),
        ConnectCpuSeconds = Median(runs, r => r.ConnectCpuSeconds),
        OwnBytes = (long?)Median(runs, r => r.OwnBytes),
    };

    private static double? Median(IEnumerable<Measurement> runs, Func<Measurement, double?> value)
    {
        double[] sorted = [.. runs.Select(value).OfType<double>().Order()];
        if (sorted.Length == 0) return null;
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
