using System.Collections.Immutable;
using System.CommandLine.Completions;

namespace Shoal.Cli.Completions;

/// <summary>A command as completion scripts see it.</summary>
/// <param name="Name">The word that calls it.</param>
/// <param name="Description">What it does, in a sentence without its point.</param>
/// <param name="Kind">What its arguments are.</param>
/// <param name="Choices">The words that its argument may be.</param>
/// <param name="Options">Its options, those of every command among them.</param>
internal sealed record CompletionCommand(
    string Name,
    string Description,
    ValueKind Kind,
    ImmutableArray<string> Choices,
    ImmutableArray<CompletionOption> Options);
