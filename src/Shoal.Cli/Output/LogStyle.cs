namespace Shoal.Cli.Output;

/// <summary>What of a log is written, and how.</summary>
internal enum LogStyle
{
    /// <summary>Nothing.</summary>
    Off = 0,

    /// <summary>Warnings and errors, as sentences for people.</summary>
    Warnings,

    /// <summary>Everything but what is for finding faults, as a JSON object on each line.</summary>
    Json,
}
