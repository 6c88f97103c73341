using System.Globalization;
using System.Text.Json;

namespace Shoal.SideBySide;

/// <summary>All runs of a benchmark, as a table of medians and as JSON.</summary>
internal sealed class Report(BenchmarkOptions options, IReadOnlyList<string> machine, IReadOnlyList<Measurement> runs)
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    private readonly List<Measurement> _medians =
        [.. runs.GroupBy(r => r.Subject).Select(g => Measurement.Median([.. g]))];

    /// <summary>Writes Markdown: a table of medians, and one of the same as ratios to libtorrent's.</summary>
    public void Print(TextWriter to)
    {
        foreach (string fact in machine) to.WriteLine(fact);
        to.WriteLine($"{options.Mode} of {options.FileBytes >> 20} MiB, pieces of {options.PieceBytes >> 10} KiB, "
            + $"{options.Format}, {options.Downloaders} downloader(s), {options.Rounds} round(s)");
        to.WriteLine();
        to.WriteLine($"| {Heading()} | wall s | range | MiB/s | CPU s | seeder CPU s | peak MiB | seeder peak MiB |");
        to.WriteLine("|---|---|---|---|---|---|---|---|");
        foreach (Measurement m in _medians)
        {
            double[] walls = [.. runs.Where(r => r.Subject == m.Subject).Select(r => r.WallSeconds).Order()];
            double rate = options.FileBytes / 1048576.0 * options.Downloaders / m.WallSeconds;
            string range = $"{Number(walls[0], "F2")}-{Number(walls[^1], "F2")}";
            to.WriteLine($"| {m.Subject} | {Number(m.WallSeconds, "F2")} | {range} | {Number(rate, "F0")} "
                + $"| {Number(m.CpuSeconds, "F2")} | {Number(m.SeederCpuSeconds, "F2")} "
                + $"| {Number(m.PeakMiB, "F0")} | {Number(m.SeederPeakMiB, "F0")} |");
        }

        if (_medians.Find(m => m.Subject is "libtorrent:libtorrent" or "libtorrent") is { } baseline)
            PrintRatios(to, baseline);
    }

    public void WriteJson(string file)
    {
        var document = new
        {
            Machine = machine,
            Mode = options.Mode.ToString(),
            options.FileBytes,
            options.PieceBytes,
            options.Format,
            options.Downloaders,
            Medians = _medians,
            Runs = runs,
        };
        File.WriteAllText(file, JsonSerializer.Serialize(document, Json));
    }

    private void PrintRatios(TextWriter to, Measurement baseline)
    {
        to.WriteLine();
        to.WriteLine($"| relative to {baseline.Subject} | speed | CPU | seeder CPU | peak | seeder peak |");
        to.WriteLine("|---|---|---|---|---|---|");
        foreach (Measurement m in _medians)
        {
            to.WriteLine($"| {m.Subject} | {Number(baseline.WallSeconds / m.WallSeconds, "F2")} "
                + $"| {Number(m.CpuSeconds / baseline.CpuSeconds, "F2")} "
                + $"| {Number(m.SeederCpuSeconds / baseline.SeederCpuSeconds, "F2")} "
                + $"| {Number(m.PeakMiB / baseline.PeakMiB, "F2")} "
                + $"| {Number(m.SeederPeakMiB / baseline.SeederPeakMiB, "F2")} |");
        }
    }

    private string Heading() => options.Mode == BenchmarkMode.Transfer ? "seeder:downloader" : "program";

    private static string Number(double? value, string format) =>
        value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
