namespace Shoal.Cli.Running;

/// <summary>Why a run of a transfer ended.</summary>
internal enum RunEnd
{
    /// <summary>Everything is complete, and that was the goal.</summary>
    Completed,

    /// <summary>The user typed exit.</summary>
    Asked,

    /// <summary>SIGINT, as from Ctrl-C.</summary>
    Interrupted,

    /// <summary>SIGTERM.</summary>
    Terminated,

    /// <summary>SIGHUP: the terminal went away.</summary>
    HungUp,

    /// <summary>Nothing arrived for the time that <c>--timeout</c> gives.</summary>
    TimedOut,

    /// <summary>A torrent failed.</summary>
    Failed,
}
