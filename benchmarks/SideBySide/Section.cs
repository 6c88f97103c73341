using System.Globalization;

namespace Shoal.SideBySide;

/// <summary>All runs with the same settings: one table of medians, and one of the same as ratios.</summary>
internal sealed class Section(BenchmarkOptions options)
{
    public List<Measurement> Runs { get; } = [];

    public IReadOnlyList<Measurement> Medians =>
        [.. Runs.GroupBy(r => r.Subject).Select(g => Measurement.Median([.. g]))];

    public string Title =>
        $"{options.Mode} of {options.FileBytes >> 20} MiB, pieces of {options.PieceBytes >> 10} KiB, "
        + $"{options.Format}, {options.Downloaders} downloader(s), {options.Rounds} round(s)";

    private string Heading => options.Mode == BenchmarkMode.Transfer ? "seeder:downloader" : "program";

    /// <summary>Writes Markdown: a table of medians, and one of the same as ratios to libtorrent's.</summary>
    public void Print(TextWriter to)
    {
        to.WriteLine(Title);
        to.WriteLine();
        if (options.Mode == BenchmarkMode.Start) PrintStart(to);
        else if (options.Mode == BenchmarkMode.Leechers) PrintLeechers(to);
        else PrintCosts(to);
        if (Medians.FirstOrDefault(m => m.Subject is "libtorrent:libtorrent" or "libtorrent") is { } baseline)
            PrintRatios(to, _ => baseline, $"relative to {baseline.Subject}");
        else if (options.Mode is BenchmarkMode.Seeders or BenchmarkMode.Leechers)
            PrintRatios(to, m => Medians.First(f => Program(f) == Program(m)), "relative to the first of the program");
        to.WriteLine();
    }

    public object ToJson() => new
    {
        Mode = options.Mode.ToString(),
        options.FileBytes,
        options.PieceBytes,
        options.Format,
        options.Downloaders,
        Medians,
        Runs,
    };

    private static string Program(Measurement m) => m.Subject.Split(' ')[0];

    private void PrintCosts(TextWriter to)
    {
        to.WriteLine($"| {Heading} | wall s | range | MiB/s | CPU s | CPU s/GiB | seeder CPU s | peak MiB "
            + "| seeder peak MiB |");
        to.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (Measurement m in Medians)
        {
            to.WriteLine($"| {m.Subject} | {Number(m.WallSeconds, "F2")} | {Range(m, r => r.WallSeconds, "F2")} "
                + $"| {Number(m.Rate, "F0")} | {Number(m.CpuSeconds, "F2")} | {Number(m.CpuPerGiB, "F2")} "
                + $"| {Number(m.SeederCpuSeconds, "F2")} | {Number(m.PeakMiB, "F0")} "
                + $"| {Number(m.SeederPeakMiB, "F0")} |");
        }
    }

    private void PrintLeechers(TextWriter to)
    {
        to.WriteLine($"| {Heading} | MiB moved | MiB/s | CPU s to connect | CPU s | CPU s/GiB | range | peak MiB |");
        to.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (Measurement m in Medians)
        {
            to.WriteLine($"| {m.Subject} | {m.MovedBytes >> 20} | {Number(m.Rate, "F0")} "
                + $"| {Number(m.ConnectCpuSeconds, "F2")} | {Number(m.SeederCpuSeconds, "F2")} "
                + $"| {Number(m.CpuPerGiB, "F2")} | {Range(m, r => r.CpuPerGiB, "F2")} "
                + $"| {Number(m.SeederPeakMiB, "F0")} |");
        }
    }

    private void PrintStart(TextWriter to)
    {
        to.WriteLine($"| {Heading} | version ms | range | first request ms | range |");
        to.WriteLine("|---|---|---|---|---|");
        foreach (Measurement m in Medians)
        {
            to.WriteLine($"| {m.Subject} | {Number(m.WallSeconds * 1000, "F0")} "
                + $"| {Range(m, r => r.WallSeconds * 1000, "F0")} | {Number(m.FirstRequestSeconds * 1000, "F0")} "
                + $"| {Range(m, r => r.FirstRequestSeconds * 1000, "F0")} |");
        }
    }

    private void PrintRatios(TextWriter to, Func<Measurement, Measurement> baselineOf, string heading)
    {
        to.WriteLine();
        to.WriteLine($"| {heading} | speed | CPU | CPU/GiB | seeder CPU | peak | seeder peak |");
        to.WriteLine("|---|---|---|---|---|---|---|");
        foreach (Measurement m in Medians)
        {
            Measurement baseline = baselineOf(m);
            to.WriteLine($"| {m.Subject} | {Number(baseline.WallSeconds / m.WallSeconds, "F2")} "
                + $"| {Number(m.CpuSeconds / baseline.CpuSeconds, "F2")} "
                + $"| {Number(m.CpuPerGiB / baseline.CpuPerGiB, "F2")} "
                + $"| {Number(m.SeederCpuSeconds / baseline.SeederCpuSeconds, "F2")} "
                + $"| {Number(m.PeakMiB / baseline.PeakMiB, "F2")} "
                + $"| {Number(m.SeederPeakMiB / baseline.SeederPeakMiB, "F2")} |");
        }
    }

    private string Range(Measurement median, Func<Measurement, double?> value, string format)
    {
        double[] sorted = [.. Runs.Where(r => r.Subject == median.Subject).Select(value).OfType<double>().Order()];
        return sorted.Length == 0 ? "" : $"{Number(sorted[0], format)}-{Number(sorted[^1], format)}";
    }

    private static string Number(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
