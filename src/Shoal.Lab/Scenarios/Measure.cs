namespace Shoal.Lab.Scenarios;

/// <summary>The figures that expectations of a scenario speak of, by the names that they have in its file.</summary>
public static class Measure
{
    /// <summary>Seconds from the start of the first downloader until the last was complete.</summary>
    public const string Seconds = "seconds";

    /// <summary>Seconds that a downloader took on average.</summary>
    public const string MeanSeconds = "mean-seconds";

    /// <summary>Bytes per second that all downloaders together received over those seconds.</summary>
    public const string Rate = "rate";

    /// <summary>Share, from 0 to 1, of what was received that came from other downloaders.</summary>
    public const string FromPeers = "from-peers";

    /// <summary>Copies of the files that the seeders sent together.</summary>
    public const string SeederCopies = "seeder-copies";

    /// <summary>Number of seeders that sent something.</summary>
    public const string ActiveSeeders = "active-seeders";

    /// <summary>Share, from 0 to 1, of what was received that was of no use, as it was there already.</summary>
    public const string Wasted = "wasted";

    /// <summary>Number of downloaders that were under way at the same time at the most.</summary>
    public const string AtOnce = "at-once";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [Seconds, MeanSeconds, Rate, FromPeers, SeederCopies, ActiveSeeders, Wasted, AtOnce];
}
