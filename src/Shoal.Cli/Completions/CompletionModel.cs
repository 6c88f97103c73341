using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Completions;

namespace Shoal.Cli.Completions;

/// <summary>The command tree without what is hidden, ready to be written as a script.</summary>
/// <param name="Commands">In the order of the help.</param>
internal sealed record CompletionModel(ImmutableArray<CompletionCommand> Commands)
{
    /// <summary>Reads the tree.</summary>
    public static CompletionModel Of(RootCommand root)
    {
        CompletionOption[] common = [.. root.Options.Where(o => !o.Hidden && o is not VersionOption).Select(Of)];
        return new CompletionModel([.. root.Subcommands.Where(c => !c.Hidden).Select(c => Of(c, common))]);
    }

    private static CompletionCommand Of(Command command, CompletionOption[] common)
    {
        Argument? argument = command.Arguments.FirstOrDefault();
        ImmutableArray<string> choices =
            argument is null ? [] : Words(argument.GetCompletions(CompletionContext.Empty));
        ValueKind kind = argument is null ? ValueKind.None : KindOf(argument.Name, choices);
        return new CompletionCommand(
            command.Name,
            Short(command.Description),
            kind,
            choices,
            [.. command.Options.Where(o => !o.Hidden).Select(Of), .. common]);
    }

    private static CompletionOption Of(Option option)
    {
        bool hasValue = option.Arity.MaximumNumberOfValues > 0 && option.HelpName is not null;
        ImmutableArray<string> choices = hasValue ? Words(option.GetCompletions(CompletionContext.Empty)) : [];
        return new CompletionOption(
            [option.Name, .. option.Aliases.Where(IsForScripts)],
            Short(option.Description),
            hasValue ? KindOf(option.HelpName ?? "", choices) : ValueKind.None,
            choices);
    }

    private static ImmutableArray<string> Words(IEnumerable<CompletionItem> items) => [.. items.Select(i => i.Label)];

    private static ValueKind KindOf(string placeholder, ImmutableArray<string> choices) => placeholder switch
    {
        _ when !choices.IsEmpty => ValueKind.Choice,
        "DIR" => ValueKind.Directory,
        "FILE" or "FILE.torrent" or "PATH" or "WHAT" or "PROGRAM" => ValueKind.File,
        _ => ValueKind.Free,
    };

    // "-?" is a pattern to every shell, "/h" a path.
    private static bool IsForScripts(string alias) =>
        alias[0] == '-' && (alias[1] == '-' || char.IsAsciiLetter(alias[1]));

    private static string Short(string? description) => (description ?? "").TrimEnd('.');
}
