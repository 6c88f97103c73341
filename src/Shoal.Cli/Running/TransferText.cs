using Shoal.Cli.Output;
using Shoal.Engine;

namespace Shoal.Cli.Running;

/// <summary>The figures of a torrent as text: one line, or the lines of a live view.</summary>
internal static class TransferText
{
    private const int MinBarColumns = 8;
    private const int MaxBarColumns = 40;

    /// <summary>Lines of a live view that the last word of a tracker may take.</summary>
    private const int MaxTrackerLines = 4;

    /// <summary>The state as JSON has it.</summary>
    public static string StateName(TorrentState state) => state switch
    {
        TorrentState.FetchingMetadata => "fetching_metadata",
        TorrentState.Checking => "checking",
        TorrentState.Downloading => "downloading",
        TorrentState.Seeding => "seeding",
        TorrentState.Stopped => "stopped",
        _ => "failed",
    };

    /// <summary>The state in words.</summary>
    public static string Phase(TorrentSnapshot snapshot) => snapshot.State switch
    {
        TorrentState.FetchingMetadata when snapshot.Peers == 0 => "looking for peers",
        TorrentState.FetchingMetadata => "fetching metadata",
        TorrentState.Checking => $"checking {Units.Percent(snapshot.CheckedFraction)}",
        TorrentState.Downloading when snapshot.Peers == 0 => "looking for peers",
        TorrentState.Downloading => "downloading",
        TorrentState.Seeding => "seeding",
        TorrentState.Stopped => "stopped",
        _ => "failed",
    };

    /// <summary>Everything in one line, for logs and for the answer to prog.</summary>
    public static string Line(TorrentSnapshot snapshot) =>
        $"{SafeText.Clean(snapshot.Name)}: {Share(snapshot)}{Phase(snapshot)}, {Traffic(snapshot, Palette.Plain)}"
        + (TrackerWord(snapshot) is { } word ? $". {word}" : "");

    /// <summary>What a download that was left lacks, in a sentence.</summary>
    public static string Incomplete(TorrentSnapshot snapshot)
    {
        string name = SafeText.Clean(snapshot.Name);
        string text = snapshot.TotalBytes == 0
            ? $"Of {name} not even the list of files has come."
            : $"{name} is not complete: {Units.Percent(snapshot.Progress)} of {Units.Bytes(snapshot.WantedBytes)}.";
        return TrackerWord(snapshot) is { } word ? $"{text} {word}" : text;
    }

    /// <summary>What is the matter with a web seed, and whether it is used again.</summary>
    public static string WebSeedWord(WebSeedFailed failed) => failed.RetryIn is { } wait
        ? $"{failed.Error} It is tried again in {Units.TimeLeft(wait)}."
        : $"{failed.Error} It is not used any more.";

    /// <summary>
    /// Two lines for a live view, and what a tracker said while there are no peers; none wider than the terminal.
    /// </summary>
    public static IEnumerable<string> Block(TorrentSnapshot snapshot, Palette palette, int columns)
    {
        string share = $"{Share(snapshot)}{Phase(snapshot)}";
        string name = SafeText.Fit(snapshot.Name, Math.Max(1, columns - share.Length - 3));
        yield return palette.Bold(name) + "  " + SafeText.Fit(share, columns - SafeText.Columns(name) - 3);

        string traffic = Traffic(snapshot, palette);
        int bar = Math.Min(MaxBarColumns, columns - traffic.Length - 3);
        yield return bar < MinBarColumns
            ? SafeText.Fit(traffic, columns - 1)
            : palette.Bar(Done(snapshot), bar) + "  " + traffic;

        if (TrackerWord(snapshot) is not { } word) yield break;
        foreach (string line in WrappedText.Lines(word, columns - 1).Take(MaxTrackerLines))
            yield return palette.Dim(line);
    }

    // Who has peers needs no tracker at the moment, and no web seed.
    private static string? TrackerWord(TorrentSnapshot snapshot)
    {
        if (snapshot.Peers > 0) return null;
        string? webSeed = snapshot.State == TorrentState.Seeding ? null : snapshot.WebSeedMessage;
        string?[] words = [snapshot.TrackerMessage, webSeed];
        string message = string.Join(' ', words.Where(word => word is { Length: > 0 }));
        return message.Length > 0 ? SafeText.Clean(message) : null;
    }

    private static double Done(TorrentSnapshot snapshot) =>
        snapshot.State == TorrentState.Checking ? snapshot.CheckedFraction : snapshot.Progress;

    private static string Share(TorrentSnapshot snapshot) => snapshot.State switch
    {
        _ when snapshot.TotalBytes == 0 => "",
        TorrentState.Seeding when snapshot.CompletedBytes < snapshot.WantedBytes
            => $"{Units.Percent(snapshot.Progress)} of {Units.Bytes(snapshot.WantedBytes)}, "
                + $"sent {Units.Bytes(snapshot.UploadedBytes)}, ",
        TorrentState.Seeding => $"{Units.Bytes(snapshot.WantedBytes)}, sent {Units.Bytes(snapshot.UploadedBytes)}, ",
        _ => $"{Units.Percent(snapshot.Progress)} of {Units.Bytes(snapshot.WantedBytes)}, ",
    };

    private static string Traffic(TorrentSnapshot snapshot, Palette palette)
    {
        string peers = Units.Count(snapshot.Peers, "peer");
        if (snapshot.Seeds > 0) peers += $" ({Units.Count(snapshot.Seeds, "seed")})";
        string text = $"{palette.Down} {Units.Rate(snapshot.DownloadRate)}  "
            + $"{palette.Up} {Units.Rate(snapshot.UploadRate)}  {peers}";
        if (snapshot.TimeLeft is { } left && snapshot.State == TorrentState.Downloading)
            text += $"  {Units.TimeLeft(left)} left";
        return text;
    }
}
