using System.CommandLine;
using Shoal.Cli.Commands;
using Shoal.Cli.Help;
using Shoal.Cli.Settings;

namespace Shoal.Cli.Tests.Help;

public sealed class HelpPageTests
{
    private static readonly OptionFactory Options = new(_ => null);
    private static readonly RootCommand Root =
        CommandTree.Build(Options, new OutputSettings(Options), (command, _) => command.SetAction(_ => 0), () => 80);

    public static TheoryData<string> Commands =>
        [.. Root.Subcommands.SelectMany(Below).Where(c => !c.Hidden).Select(HelpPage.PathOf).Prepend("")];

    [Theory]
    [MemberData(nameof(Commands))]
    public void No_line_is_wider_than_the_terminal_and_no_blank_ends_one(string path)
    {
        foreach (int columns in (int[])[40, 80, 200])
        {
            Assert.All(Page(path, columns), line =>
            {
                Assert.True(line.Length < Math.Min(columns, 101), line);
                Assert.Equal(line.TrimEnd(), line);
            });
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Every_example_is_a_command_line_that_works(string path)
    {
        foreach (string example in HelpExamples.Of(path))
        {
            // The words of other programs around it are the shell's.
            string own = example.Replace("eval \"$(", "", StringComparison.Ordinal)
                .Replace(")\"", "", StringComparison.Ordinal).Split(" | ")[0];
            Assert.StartsWith("shoal ", own, StringComparison.Ordinal);
            string[] words = [.. own.Split(' ')[1..].Select(w => w.Trim('\''))];
            Assert.Empty(Root.Parse(words).Errors);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Everything_has_a_description_that_is_a_sentence(string path)
    {
        Command command = Find(path);
        IEnumerable<string?> all = command.Options.Where(o => !o.Hidden).Select(o => o.Description)
            .Concat(command.Arguments.Select(a => a.Description)).Append(command.Description);
        Assert.All(all, text => Assert.EndsWith(".", text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("share", "--down")]
    [InlineData("share", "--select")]
    [InlineData("share", "--on-complete")]
    [InlineData("seed", "--down")]
    [InlineData("get", "--no-dht")]
    [InlineData("get", "--transport")]
    public void What_means_nothing_to_a_command_is_not_in_its_help_and_does_no_harm(string path, string option)
    {
        Assert.DoesNotContain(Page(path, 80), line => line.Contains(option, StringComparison.Ordinal));
        Assert.Contains(Find(path).Options, o => o.Name == option);
    }

    [Fact]
    public void Options_stand_under_headings_with_those_of_every_command_last()
    {
        string[] headings = [.. Page("get", 80).Where(l => l.EndsWith(':'))];
        Assert.Equal(["Options:", "Content:", "Network:", "Output:", "Examples:"], headings);
        Assert.Equal("Usage: shoal get WHAT [OPTION]...", Page("get", 80)[0]);
        Assert.Equal("Usage: shoal create PATH --output FILE [OPTION]...", Page("create", 80)[0]);
        Assert.Equal("Usage: shoal COMMAND [OPTION]...", Page("", 80)[0]);
        Assert.Equal("Usage: shoal lab COMMAND [OPTION]...", Page("lab", 80)[0]);
        Assert.Equal("Usage: shoal tracker [COMMAND] [OPTION]...", Page("tracker", 80)[0]);
        Assert.Contains(
            $"  {"-q, --quiet",-22}  Leave out progress and messages other than errors.", Page("get", 80));
    }

    [Fact]
    public void An_example_of_two_lines_can_be_typed_as_it_stands()
    {
        string[] page = [.. Page("create", 80)];
        int at = Array.IndexOf(page, "  shoal create photos --output photos.torrent --tracker \\");
        Assert.Equal("    udp://tracker.example.org:6969", page[at + 1]);
    }

    private static IReadOnlyList<string> Page(string path, int columns) =>
        HelpPage.Of(Find(path), Options.Headings, columns);

    private static Command Find(string path) => path.Length == 0
        ? Root : Root.Subcommands.SelectMany(Below).Single(c => HelpPage.PathOf(c) == path);

    private static IEnumerable<Command> Below(Command command) =>
        command.Subcommands.SelectMany(Below).Prepend(command);
}
