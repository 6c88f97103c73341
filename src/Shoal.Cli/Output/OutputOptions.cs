namespace Shoal.Cli.Output;

/// <summary>What the program writes.</summary>
internal enum OutputMode
{
    /// <summary>Text for people, and plain lines for scripts on standard output.</summary>
    Text,

    /// <summary>One JSON object on standard output at the end.</summary>
    Json,

    /// <summary>A JSON object on a line of standard output for every event; the last is what Json gives.</summary>
    JsonLines,
}

/// <summary>How much the program writes, and how.</summary>
/// <param name="Mode">The form of the data on standard output.</param>
/// <param name="Quiet">True when progress and messages other than errors are left out.</param>
internal sealed record OutputOptions(OutputMode Mode, bool Quiet);
