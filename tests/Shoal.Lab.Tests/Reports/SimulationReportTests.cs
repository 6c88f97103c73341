using System.Text.Json;
using System.Text.RegularExpressions;
using Shoal.Clients;
using Shoal.Lab.Reports;
using Shoal.Lab.Simulation;

namespace Shoal.Lab.Tests.Reports;

public sealed class SimulationReportTests
{
    private static readonly SimulationResult Run = SampleRun.Result;

    [Fact]
    public void The_table_has_a_line_for_each_group()
    {
        IReadOnlyList<string> lines = SimulationTable.Lines(Run);
        Assert.Equal(5, lines.Count);
        Assert.Contains("times the bound of", lines[0], StringComparison.Ordinal);
        Assert.All(lines.Skip(1), line => Assert.Equal(lines[1].Length, line.Length));
        Assert.StartsWith("riders", lines[4], StringComparison.Ordinal);
    }

    [Fact]
    public void The_csv_has_a_line_for_each_peer()
    {
        string[] lines = SimulationFiles.Csv(Run).TrimEnd('\n').Split('\n');
        Assert.Equal(7, lines.Length);
        Assert.StartsWith("0,seed,Honest,0,0,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("1,\"peers, \"\"honest\"\"\",Honest,0,", lines[2], StringComparison.Ordinal);
        int seedSent = int.Parse(lines[1].Split(',')[5], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(seedSent, 4 << 20, 6 * (4 << 20));
    }

    [Fact]
    public void The_json_has_every_group_and_sample()
    {
        using JsonDocument json = JsonDocument.Parse(SimulationFiles.Json(Run));
        Assert.True(json.RootElement.GetProperty("complete").GetBoolean());
        Assert.Equal(3, json.RootElement.GetProperty("groups").GetArrayLength());
        Assert.Equal(Run.Samples.Count, json.RootElement.GetProperty("samples").GetArrayLength());
        JsonElement fed = json.RootElement.GetProperty("fed");
        long got = fed.EnumerateArray().Sum(giver => giver[1].GetInt64());
        Assert.InRange(got, 4 << 20, 6 << 20);
    }

    [Fact]
    public void The_page_needs_nothing_from_outside_and_runs_nothing()
    {
        string page = SimulationPage.Html(Run);
        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotMatch(new Regex("(src|href)=.(?!data:,)"), page);
        Assert.Contains("<h1>Five &lt;peers&gt; &amp; a seed</h1>", page, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", page, StringComparison.Ordinal);
        Assert.Matches("<p class='lead'>6&#160;peers, 4&#160;MiB in 32&#160;pieces: complete after ", page);
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_without_a_network_draws_the_page_without_a_complaint()
    {
        ClientPackages.NeedBrowser();
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "report.html");
        await File.WriteAllTextAsync(file, SimulationPage.Html(Run), TestContext.Current.CancellationToken);
        string picture = Path.Combine(folder.Path, "report.png");
        PageVisit visit = await PageVisit.RunAsync(file, picture);
        Assert.Empty(visit.Complaints);
        Assert.Equal(Run.Tracked.Count, Regex.Count(visit.Document, "<polyline class=\"line thin"));
        Assert.Equal(3, Regex.Count(visit.Document, "<svg "));
        Assert.Equal(5, Regex.Count(visit.Document, "<h2>|<h1>"));
        // A blank page of this size is some 10 kB.
        Assert.InRange(new FileInfo(picture).Length, 30_000, 10_000_000);
    }
}
