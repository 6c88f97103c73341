using Shoal.Cli.Json;
using Shoal.Cli.Output;

namespace Shoal.Cli.Demo;

/// <summary>What the demo found. The table, the sentences and the JSON are made of the same sums.</summary>
/// <param name="Size">Bytes of the file.</param>
/// <param name="Time">From the start of the downloaders until all were complete.</param>
/// <param name="Rows">The seeder and then each downloader, as they were at the end.</param>
/// <param name="Identical">True when every copy is the original.</param>
internal sealed record DemoOutcome(
    long Size, TimeSpan Time, IReadOnlyList<PeerBoard.Row> Rows, bool Identical)
{
    /// <summary>What the process ends with.</summary>
    public int ExitCode => Identical ? Cli.ExitCode.Ok : Cli.ExitCode.Integrity;

    private int Downloaders => Rows.Count - 1;

    private long FromSeeder => Rows.Sum(r => r.FromSeeders);

    private long FromPeers => Rows.Sum(r => r.FromPeers);

    private double Rate => Size * Downloaders / Time.TotalSeconds;

    /// <summary>The table at the end: mean rates, and a row with the sums.</summary>
    public IReadOnlyList<string> Board(Palette palette, int columns)
    {
        IEnumerable<PeerBoard.Row> means = Rows.Select(r => r with
        {
            DownRate = (r.FromSeeders + r.FromPeers) / Time.TotalSeconds,
            UpRate = r.SentBytes / Time.TotalSeconds,
        });
        double sent = Rows.Sum(r => r.SentBytes) / Time.TotalSeconds;
        return PeerBoard.Lines(
            means.Append(new PeerBoard.Row("together", null, Rate, sent, FromSeeder, FromPeers)), palette, columns);
    }

    /// <summary>The same in words.</summary>
    public IEnumerable<string> Sentences()
    {
        double share = (double)FromPeers / Math.Max(1, FromSeeder + FromPeers);
        (string each, string together) = Downloaders == 1 ? ("", "") : (" each", " together");
        yield return $"{Units.Count(Downloaders, "downloader")} got {Units.Bytes(Size)}{each} in {Units.Time(Time)}: "
            + $"{Units.Rate(Rate)}{together}.";
        yield return $"{Units.Bytes(FromPeers)} of it ({Units.Percent(share)}) came from other downloaders, "
            + $"{Units.Bytes(FromSeeder)} from the seeder.";
        yield return Identical
            ? "Every copy is the original, byte for byte." : "A copy differs from the original.";
    }

    /// <summary>The same as JSON.</summary>
    public DemoResult Result() => new(
        ExitCode,
        Size,
        Downloaders,
        Math.Round(Time.TotalSeconds, 3),
        Math.Round(Rate),
        FromSeeder,
        FromPeers,
        Identical);
}
