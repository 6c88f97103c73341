using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Shoal.Lab.Simulation;

namespace Shoal.Lab.Reports;

/// <summary>
/// A simulation as one HTML page that holds all it needs: it opens from a disk without a network, follows the reader's
/// choice of light or dark, and runs no script.
/// </summary>
public static class SimulationPage
{
    // Colours that the groups go through; those beyond begin again.
    private const int GroupColours = 6;

    /// <summary>The page.</summary>
    public static string Html(SimulationResult result)
    {
        var page = new StringBuilder();
        string title = SvgPlot.Text(result.Plan.Title);
        page.Append("<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>");
        page.Append("<meta name='viewport' content='width=device-width, initial-scale=1'>");
        page.Append("<meta name='color-scheme' content='light dark'><link rel='icon' href='data:,'>");
        page.Append($"<title>{title}</title>\n<style>\n{PageStyle.Css}</style></head><body><main>\n");
        page.Append($"<h1>{title}</h1>\n<p class='lead'>{Lead(result)}</p>\n");
        AddTiles(page, result);
        AddTable(page, result);
        Section(page, "Progress of each peer", ProgressNote(result), Legend(result) + Progress(result));
        Section(page, "Rate", "Bytes of blocks that all peers together send in a second.", Rate(result));
        Section(page, "Availability", "Each column of pixels is a moment, each row a part of the content, by the "
            + "rarest piece in it: the darker the more peers that are online have it (in a dark page, the brighter).",
            Availability(result));
        Section(page, "Who fed whom", FedNote(result), Fed(result));
        page.Append($"<footer>Seed {result.Plan.Seed} · {result.Events:N0} events · ");
        page.Append(CultureInfo.InvariantCulture, $"a block stands for {Figure.Bytes(result.Plan.BytesPerBlock)} · ");
        page.Append("the same plan and seed give the same run on every machine.</footer>\n</main></body></html>\n");
        return page.ToString();
    }

    // No line ends between a number and its unit.
    private static string Lead(SimulationResult result) => SvgPlot.Text(
        Regex.Replace(SimulationTable.Headline(result), @"(?<=\d) (?=[a-zA-Z]+\b)", "\u00a0"));

    private static void Section(StringBuilder page, string head, string note, string body) =>
        page.Append($"<section><h2>{head}</h2>\n<p>{note}</p>\n{body}</section>\n");

    private static void AddTiles(StringBuilder page, SimulationResult result)
    {
        double ratio = result.Seconds / result.BoundSeconds;
        page.Append("<div class='tiles'>");
        Tile(page, Figure.Seconds(result.Seconds), result.IsComplete ? "until all were complete" : "and not complete");
        Tile(page, ratio.ToString("0.00", CultureInfo.InvariantCulture),
            $"times the bound of {Figure.Seconds(result.BoundSeconds)}");
        Tile(page, result.SeedCopies.ToString("0.00", CultureInfo.InvariantCulture), "copies sent by each seed");
        Tile(page, result.Announces.ToString("N0", CultureInfo.InvariantCulture), "announces to the tracker");
        page.Append("</div>\n");
    }

    private static void Tile(StringBuilder page, string figure, string words) =>
        page.Append($"<div class='tile'><b>{SvgPlot.Text(figure)}</b><span>{SvgPlot.Text(words)}</span></div>");

    private static void AddTable(StringBuilder page, SimulationResult result)
    {
        page.Append("<div class='scroll'><table><thead><tr><th>Group</th><th>Peers</th><th>Complete</th>");
        page.Append("<th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>Slowest</th>");
        page.Append("<th title='Of its bound, which counts its time away'>Of bound</th>");
        page.Append("<th>Sent each</th><th>Got each</th><th>Wasted</th></tr></thead><tbody>\n");
        foreach (GroupSummary group in GroupSummary.Of(result))
        {
            page.Append($"<tr><th>{SvgPlot.Text(group.Name)}</th><td>{group.Peers}</td>");
            page.Append($"<td>{(group.IsSeed ? "seed" : group.Complete)}</td>");
            foreach (double share in new[] { 0.5, 0.9, 0.99, 0.999, 1 })
                page.Append($"<td>{(group.IsSeed ? "–" : Figure.Seconds(group.Took.At(share)))}</td>");
            page.Append($"<td>{SimulationTable.OfBound(group)}</td>");
            page.Append($"<td>{Figure.Bytes(group.UploadedBytes)}</td><td>{Figure.Bytes(group.DownloadedBytes)}</td>");
            page.Append($"<td>{Figure.Bytes(group.WastedBytes)}</td></tr>\n");
        }
        page.Append("</tbody></table></div>\n");
    }

    private static string ProgressNote(SimulationResult result) =>
        result.Tracked.Count == result.Peers.Count
            ? "A line for each peer; point at one for its number."
            : $"A line for each of {result.Tracked.Count} peers, evenly chosen from {result.Peers.Count}.";

    private static string Legend(SimulationResult result)
    {
        var legend = new StringBuilder("<p class='legend'>");
        for (int i = 0; i < result.Plan.Groups.Count; i++)
        {
            string name = SvgPlot.Text(result.Plan.Groups[i].Name);
            legend.Append($"<span><i class='g{i % GroupColours}'></i>{name}</span>");
        }
        return legend.Append("</p>\n").ToString();
    }

    private static string Progress(SimulationResult result)
    {
        var plot = new SvgPlot("Share of the content that each peer has, over time", 360, EndOf(result), 100,
            "seconds", y => $"{Figure.Tick(y)} %");
        var groups = result.Plan.Groups.Select(group => group.Name).ToList();
        for (int i = 0; i < result.Tracked.Count; i++)
        {
            SimulatedPeer peer = result.Peers[result.Tracked[i]];
            int column = i;
            plot.Line(
                result.Samples.Select(sample => (sample.Seconds, 100.0 * sample.Progress[column])),
                $"line thin s{groups.IndexOf(peer.Group) % GroupColours}", $"peer {peer.Number} of {peer.Group}");
        }
        plot.Mark(result.BoundSeconds, "bound");
        return plot.ToString();
    }

    private static string Rate(SimulationResult result)
    {
        double fastest = result.Samples.Select(sample => sample.BytesPerSecond).DefaultIfEmpty(1).Max();
        (double size, string unit) = Figure.UnitFor(fastest);
        List<(double X, double Y)> points = [.. result.Samples.Select(s => (s.Seconds, s.BytesPerSecond / size))];
        double most = points.Select(point => point.Y).DefaultIfEmpty(1).Max();
        var plot = new SvgPlot("Bytes per second of all peers over time", 260, EndOf(result), most, "seconds",
            y => $"{Figure.Tick(y)} {unit}/s");
        plot.Area(points, "area");
        plot.Line(points, "line s0");
        return plot.ToString();
    }

    private static string Availability(SimulationResult result)
    {
        if (result.Samples.Count == 0) return "";
        int rows = result.Samples[0].Availability.Count;
        double most = Math.Max(1, result.Samples.Max(sample => sample.Availability.Max()));
        var plot = new SvgPlot(
            "How many peers have each part of the content, over time", 320, EndOf(result), rows, "seconds", null);
        for (int row = 0; row < rows; row++)
        {
            // What stays the same shade is one cell.
            double from = 0;
            for (int i = 0; i < result.Samples.Count; i++)
            {
                double shade = Shade(result.Samples[i].Availability[row], most);
                bool goesOn = i + 1 < result.Samples.Count
                    && Shade(result.Samples[i + 1].Availability[row], most) == shade;
                if (goesOn) continue;
                plot.Cell(from, row, result.Samples[i].Seconds, row + 1, shade);
                from = result.Samples[i].Seconds;
            }
        }
        return plot.ToString();
    }

    // By the root, so that the first few copies can be told apart.
    private static double Shade(int peers, double most) => Math.Round(20 * Math.Sqrt(peers / most)) / 20;

    private static string FedNote(SimulationResult result) => result.IsFedByGroup
        ? "Rows give, columns take, both by group; a cell is the share of all that the taker got."
        : "Rows give, columns take, by peer number; a cell is the share of all that the taker got. Point at one.";

    private static string Fed(SimulationResult result)
    {
        int count = result.Fed.Length;
        List<string> names = [.. result.IsFedByGroup
            ? result.Plan.Groups.Select(group => group.Name)
            : result.Peers.Select(peer => peer.Number.ToString(CultureInfo.InvariantCulture))];
        var table = new StringBuilder("<div class='scroll'><table class='fed");
        table.Append(result.IsFedByGroup ? " of-groups" : "").Append("'><thead><tr><td></td>");
        foreach (string name in names) table.Append($"<th>{SvgPlot.Text(name)}</th>");
        table.Append("</tr></thead><tbody>\n");
        long[] got = new long[count];
        for (int taker = 0; taker < count; taker++)
            for (int giver = 0; giver < count; giver++) got[taker] += result.Fed[giver][taker];
        for (int giver = 0; giver < count; giver++)
        {
            table.Append($"<tr><th>{SvgPlot.Text(names[giver])}</th>");
            for (int taker = 0; taker < count; taker++)
            {
                double share = got[taker] == 0 ? 0 : (double)result.Fed[giver][taker] / got[taker];
                int step = (int)Math.Round(Math.Sqrt(share) * 20) * 5;
                string title = $"{names[giver]} gave {names[taker]} {Figure.Bytes(result.Fed[giver][taker])}";
                string figure = result.IsFedByGroup ? $"{share * 100:0} %" : "";
                table.Append($"<td class='h{step}' title='{SvgPlot.Text(title)}'>{figure}</td>");
            }
            table.Append("</tr>\n");
        }
        return table.Append("</tbody></table></div>\n").ToString();
    }

    private static double EndOf(SimulationResult result) =>
        result.Samples.Count == 0 ? 1 : Math.Max(result.Samples[^1].Seconds, result.BoundSeconds);
}
