namespace Shoal.Cli.Json;

/// <summary>The end of <c>get</c>, <c>seed</c> or <c>share</c>.</summary>
/// <param name="Command">Name of the command.</param>
/// <param name="ExitCode">What the process ends with.</param>
/// <param name="Ended">completed, asked, interrupted, terminated, hung_up, timed_out or failed.</param>
/// <param name="Error">What went wrong in one sentence, or null.</param>
/// <param name="Torrents">Each torrent of the run.</param>
internal sealed record TransferResult(
    string Command, int ExitCode, string Ended, string? Error, IReadOnlyList<TorrentResult> Torrents)
    : JsonRecord(ResultEvent)
{
    /// <summary>Where the content is kept by its hash (<c>--store</c>); null without.</summary>
    public string? Path { get; init; }
}
