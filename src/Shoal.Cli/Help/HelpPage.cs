using System.CommandLine;
using System.CommandLine.Help;
using Shoal.Cli.Output;

namespace Shoal.Cli.Help;

/// <summary>The help of a command: what it is for, its words, its options under headings, and examples.</summary>
internal sealed class HelpPage
{
    /// <summary>Wider lines are hard to read, whatever the terminal is.</summary>
    private const int MaxColumns = 100;

    private const int MinColumns = 40;

    /// <summary>Columns of the left side; what is longer has its description on the next line.</summary>
    private const int MaxLeftColumns = 26;

    private const string Indent = "  ";

    private readonly Command _command;
    private readonly HelpHeadings _headings;
    private readonly int _columns;
    private readonly int _left;
    private readonly List<string> _lines = [];

    private HelpPage(Command command, HelpHeadings headings, int columns)
    {
        _command = command;
        _headings = headings;
        _columns = Math.Clamp(columns, MinColumns, MaxColumns);
        int longest = Rows().Select(row => row.Left.Length).Where(n => n <= MaxLeftColumns).DefaultIfEmpty(0).Max();
        _left = Math.Min(longest, _columns / 2);
    }

    /// <summary>The page of a command.</summary>
    /// <param name="command">The command, or the root for the program itself.</param>
    /// <param name="headings">Where its options stand.</param>
    /// <param name="columns">Columns of the terminal.</param>
    public static IReadOnlyList<string> Of(Command command, HelpHeadings headings, int columns) =>
        new HelpPage(command, headings, columns).Write();

    /// <summary>The words that call a command without the program's name: <c>lab run</c>; empty for the root.</summary>
    public static string PathOf(Command command)
    {
        List<string> words = [];
        for (Symbol? at = command; at is Command and not RootCommand; at = at.Parents.FirstOrDefault())
            words.Insert(0, at.Name);
        return string.Join(' ', words);
    }

    private static string Call(Command command) => $"shoal {PathOf(command)}".TrimEnd();

    private IEnumerable<Command> Subcommands => _command.Subcommands.Where(c => !c.Hidden);

    // The program's common options are those of the root.
    private IEnumerable<Option> Options
    {
        get
        {
            IEnumerable<Option> all = _command.Options;
            for (Symbol? at = _command.Parents.FirstOrDefault(); at is Command above; at = at.Parents.FirstOrDefault())
                all = all.Concat(above.Options.Where(o => o.Recursive));
            return all.Where(o => !o.Hidden).OrderBy(o => o is HelpOption or VersionOption);
        }
    }

    private List<string> Write()
    {
        Wrap(Usage(), "", "       ");
        _lines.Add("");
        Wrap(_command.Description ?? "", "", "");
        Section("", _command.Arguments.Where(a => !a.Hidden).Select(Row));
        Section("Commands", Subcommands.Select(Row));
        foreach (IGrouping<string, Option> group in Options.GroupBy(_headings.Of).OrderBy(g => Rank(g.Key)))
            Section(group.Key, group.Select(Row));
        if (HelpExamples.Of(PathOf(_command)) is { Count: > 0 } examples)
        {
            _lines.AddRange(["", "Examples:"]);
            foreach (string example in examples) Example(example);
        }
        _lines.Add("");
        if (Subcommands.Any()) Wrap($"{Call(_command)} COMMAND --help tells more about a command.", "", "");
        Wrap("Each option has an environment twin: SHOAL_QUIET=1 for --quiet.", "", "");
        return _lines;
    }

    private string Usage()
    {
        IEnumerable<string> words = _command.Arguments.Where(a => !a.Hidden).Select(Placeholder);
        if (Subcommands.Any()) words = words.Append(_command.Action is null ? "COMMAND" : "[COMMAND]");
        words = words.Concat(_command.Options.Where(o => o.Required).Select(o => $"{o.Name} {o.HelpName}"));
        return $"Usage: {Call(_command)} {string.Join(' ', words.Append("[OPTION]..."))}";
    }

    private void Section(string heading, IEnumerable<(string Left, string Right)> rows)
    {
        (string Left, string Right)[] all = [.. rows];
        if (all.Length == 0) return;
        _lines.Add("");
        if (heading.Length > 0) _lines.Add(heading + ":");
        string hanging = Indent + new string(' ', _left) + Indent;
        foreach ((string left, string right) in all)
        {
            bool isBeside = left.Length <= _left;
            if (!isBeside) _lines.Add(Indent + left);
            Wrap(right, isBeside ? Indent + left.PadRight(_left) + Indent : hanging, hanging);
        }
    }

    // A line that goes on ends as a shell wants it, so that both can be taken over as they stand.
    private void Example(string text)
    {
        const string GoesOn = " \\";
        string[] lines = [.. WrappedText.Lines(text, _columns - 1 - (2 * Indent.Length) - GoesOn.Length)];
        for (int i = 0; i < lines.Length; i++)
            _lines.Add((i == 0 ? Indent : Indent + Indent) + lines[i] + (i < lines.Length - 1 ? GoesOn : ""));
    }

    private void Wrap(string text, string first, string hanging)
    {
        string before = first;
        foreach (string line in WrappedText.Lines(text, _columns - 1 - Math.Max(first.Length, hanging.Length)))
        {
            _lines.Add((before + line).TrimEnd());
            before = hanging;
        }
    }

    private IEnumerable<(string Left, string Right)> Rows() =>
        [.. _command.Arguments.Select(Row), .. Subcommands.Select(Row), .. Options.Select(Row)];

    private static (string Left, string Right) Row(Argument argument) =>
        (Placeholder(argument), argument.Description ?? "");

    private static (string Left, string Right) Row(Command command)
    {
        IEnumerable<string> words = command.Arguments.Where(a => !a.Hidden).Select(Placeholder);
        return (string.Join(' ', words.Prepend(command.Name)), command.Description ?? "");
    }

    private static (string Left, string Right) Row(Option option)
    {
        string? shortName = option.Aliases.FirstOrDefault(a => a.Length == 2 && char.IsAsciiLetter(a[1]));
        string names = shortName is null ? option.Name : $"{shortName}, {option.Name}";
        string value = option.HelpName is { } name && option.Arity.MaximumNumberOfValues > 0 ? " " + name : "";
        return (names + value, option.Description ?? "");
    }

    private static string Placeholder(Argument argument)
    {
        string name = argument.Name + (argument.Arity.MaximumNumberOfValues > 1 ? "..." : "");
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    // What is the command's own comes first, what every command has last.
    private static int Rank(string heading) => heading switch
    {
        HelpHeadings.Own => 0,
        HelpHeadings.Content => 1,
        HelpHeadings.Network => 2,
        HelpHeadings.Output => 4,
        _ => 3,
    };
}
