using System.CommandLine;
using System.CommandLine.Parsing;
using Shoal.Cli.Help;

namespace Shoal.Cli;

/// <summary>Says in one sentence what is wrong with a command line.</summary>
internal static class CommandLineFault
{
    /// <summary>A word that differs from a known one in more places than this is not meant to be that.</summary>
    private const int MaxTypos = 2;

    /// <summary>The sentence, or null when nothing is wrong.</summary>
    public static string? Of(ParseResult result)
    {
        if (UnknownOption(result) is { } option) return option;
        if (result.Errors.Count == 0) return null;
        Command command = result.CommandResult.Command;
        if (command.Subcommands.Count > 0 && result.UnmatchedTokens is [var word, ..])
            return $"There is no command '{word}'.{Meant(word, command.Subcommands.Select(c => c.Name))}";
        if (command is { Subcommands.Count: > 0, Action: null }) return Unsaid(command);
        // Our own checks speak of values, the parser's of words it could not place: the former say more.
        ParseError error = result.Errors.FirstOrDefault(e => e.SymbolResult is ArgumentResult or OptionResult)
            ?? result.Errors[0];
        if (error.SymbolResult is OptionResult { Tokens.Count: 0, Implicit: false, Option.HelpName: { } value } given)
            return $"{given.Option.Name} needs a value: {value}.";
        if (error.SymbolResult
            is OptionResult { IdentifierTokenCount: > 1, Option.Arity.MaximumNumberOfValues: 1 } twice)
            return $"{twice.Option.Name} is given more than once and takes one value.";
        if (error.SymbolResult is CommandResult or ArgumentResult or OptionResult { Implicit: true }
            && Missing(result) is { Length: > 0 } missing)
            return $"{HelpPage.PathOf(command)} needs {string.Join(" and ", missing)}.";
        if (error.SymbolResult is CommandResult && result.UnmatchedTokens is [var extra, ..])
            return $"'{extra}' is one word too many for {HelpPage.PathOf(command)}.";
        string text = error.Message.ReplaceLineEndings(" ").Trim();
        return text.EndsWith('.') || text.EndsWith('?') ? text : text + ".";
    }

    private static string Unsaid(Command command)
    {
        if (command is RootCommand) return "Say what to do, such as share or get.";
        string[] names = [.. command.Subcommands.Where(c => !c.Hidden).Select(c => c.Name)];
        return $"{HelpPage.PathOf(command)} needs a command: {string.Join(", ", names[..^1])} or {names[^1]}.";
    }

    // The parser takes an option that it does not know for an argument.
    private static string? UnknownOption(ParseResult result)
    {
        int ended = result.Tokens.TakeWhile(t => t.Type != TokenType.DoubleDash).Count();
        HashSet<Token> free = [.. result.Tokens.Skip(ended)];
        IEnumerable<string> words = Chain(result.CommandResult)
            .SelectMany(c => c.Command.Arguments)
            .SelectMany(a => result.GetResult(a)?.Tokens ?? [])
            .Where(t => !free.Contains(t))
            .Select(t => t.Value)
            .Concat(ended < result.Tokens.Count ? [] : result.UnmatchedTokens);
        string? word = words.FirstOrDefault(w => w.Length > 1 && w[0] == '-');
        if (word is null) return null;
        IEnumerable<string> known = Chain(result.CommandResult).SelectMany(c => c.Command.Options)
            .Where(o => !o.Hidden).Select(o => o.Name);
        return $"There is no option '{word}'.{Meant(word, known)}";
    }

    private static string[] Missing(ParseResult result)
    {
        Command command = result.CommandResult.Command;
        return
        [
            .. command.Arguments.Where(a => result.GetResult(a) is null or { Tokens.Count: 0 }).Select(a => a.Name),
            .. command.Options.Where(o => o.Required && result.GetResult(o) is null or { Implicit: true })
                .Select(o => $"{o.Name} {o.HelpName}"),
        ];
    }

    private static IEnumerable<CommandResult> Chain(CommandResult result)
    {
        for (SymbolResult? at = result; at is not null; at = at.Parent)
            if (at is CommandResult command) yield return command;
    }

    private static string Meant(string word, IEnumerable<string> known)
    {
        string? best = known.Where(k => Distance(word, k) <= Math.Min(MaxTypos, word.Length / 2))
            .MinBy(k => Distance(word, k));
        return best is null ? "" : $" Is {best} meant?";
    }

    // Levenshtein's distance, row by row.
    private static int Distance(string one, string other)
    {
        int[] row = [.. Enumerable.Range(0, other.Length + 1)];
        for (int i = 1; i <= one.Length; i++)
        {
            int corner = row[0];
            row[0] = i;
            for (int j = 1; j <= other.Length; j++)
            {
                int replaced = corner + (one[i - 1] == other[j - 1] ? 0 : 1);
                corner = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
