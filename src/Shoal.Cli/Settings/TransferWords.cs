namespace Shoal.Cli.Settings;

/// <summary>What the options of transfers are in the help of each command.</summary>
internal static class TransferWords
{
    /// <summary>The option <c>--on-complete</c>.</summary>
    public const string OnComplete =
        "Program to start when everything is complete, with SHOAL_NAME, SHOAL_DIR and SHOAL_INFO_HASH in its "
        + "environment.";

    /// <summary>The option <c>--dir</c>.</summary>
    public static string Directory(TransferRole role) => role switch
    {
        TransferRole.Get => "Folder to put the content in; default: the current one.",
        TransferRole.Seed => "Folder that the torrent's file or folder lies in; default: the current one.",
        _ => "Folder that a relative PATH begins in; default: the current one.",
    };

    /// <summary>The option <c>--select</c>.</summary>
    public static string Select(TransferRole role) =>
        $"Files to {(role == TransferRole.Get ? "get" : "serve")}, by number, range or pattern, as in 1,3-5,*.txt; "
        + "default: all. The numbers are those of shoal inspect.";

    /// <summary>The option <c>--port</c>.</summary>
    public static string Port(TransferRole role) => role == TransferRole.Share
        ? "TCP port for peers; its tracker listens on N + 1. Default: free ones."
        : "TCP port for peers; default: a free one.";

    /// <summary>The option <c>--tracker</c>.</summary>
    public static string Tracker(TransferRole role) => role == TransferRole.Share
        ? "Tracker to announce to, in place of one that runs beside the share; may be given several times."
        : "Tracker to ask besides the torrent's own; may be given several times.";

    /// <summary>The option <c>--web-seed</c>.</summary>
    public static string WebSeed(TransferRole role) => role == TransferRole.Share
        ? "Web server that has the content too, to name in the link; may be given several times."
        : "Web server that has the content, besides those of the torrent; may be given several times.";
}
