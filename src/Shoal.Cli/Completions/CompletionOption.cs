using System.Collections.Immutable;
using System.CommandLine.Completions;

namespace Shoal.Cli.Completions;

/// <summary>An option as completion scripts see it.</summary>
/// <param name="Names">Its names, the long one first.</param>
/// <param name="Description">What it does, in a sentence without its point.</param>
/// <param name="Kind">What follows it.</param>
/// <param name="Choices">The words that may follow.</param>
internal sealed record CompletionOption(
    ImmutableArray<string> Names, string Description, ValueKind Kind, ImmutableArray<string> Choices);
