using System.CommandLine;
using System.CommandLine.Completions;

namespace Shoal.Cli.Completions;

/// <summary>What a word after an option or a command can be.</summary>
internal enum ValueKind
{
    /// <summary>Nothing: the option has no value.</summary>
    None,

    /// <summary>Something that cannot be completed.</summary>
    Free,

    /// <summary>The path of a file, or of a folder where the command takes both.</summary>
    File,

    /// <summary>The path of a folder and nothing else.</summary>
    Directory,

    /// <summary>One of some words.</summary>
    Choice,
}
