using Shoal.Cli.Json;
using Shoal.Cli.Output;

namespace Shoal.Cli.Tests.Output;

public sealed class TerminalOutputTests
{
    [Fact]
    public void Data_and_messages_go_to_different_streams()
    {
        using StringWriter data = new();
        using StringWriter messages = new();
        TerminalOutput output = CliRunner.Output(data, messages);
        output.Data("value");
        output.Say("message");
        output.Warn("warning");
        Assert.Equal("value\n", data.ToString());
        Assert.Equal("message\nwarning\n", messages.ToString());
    }

    [Fact]
    public void Quiet_leaves_out_messages_but_not_warnings_or_data()
    {
        using StringWriter data = new();
        using StringWriter messages = new();
        TerminalOutput output = CliRunner.Output(data, messages, quiet: true);
        output.Data("value");
        output.Say("message");
        output.Warn("warning");
        Assert.Equal("value\n", data.ToString());
        Assert.Equal("warning\n", messages.ToString());
    }

    [Fact]
    public void Json_replaces_data_by_the_first_result_alone()
    {
        using StringWriter data = new();
        TerminalOutput output = CliRunner.Output(data, TextWriter.Null, OutputMode.Json);
        output.Data("value");
        output.Event(new StateEvent("ab", "seeding"));
        output.Result(new TrackerResult(0));
        output.Result(new FailureResult("tracker", 1, "late"));
        Assert.Equal("{\"event\":\"result\",\"exit_code\":0}\n", data.ToString());
    }

    [Fact]
    public void Json_lines_have_an_object_on_each_line()
    {
        using StringWriter data = new();
        TerminalOutput output = CliRunner.Output(data, TextWriter.Null, OutputMode.JsonLines);
        output.Event(new StateEvent("ab", "seeding"));
        output.Result(new TrackerResult(0));
        Assert.Equal(
            "{\"event\":\"state\",\"info_hash\":\"ab\",\"state\":\"seeding\"}\n"
                + "{\"event\":\"result\",\"exit_code\":0}\n",
            data.ToString());
    }

    [Fact]
    public void A_view_is_redrawn_whole_when_the_terminal_has_become_narrower()
    {
        using TestTerminal terminal = new();
        LiveBlock block = new(terminal);
        terminal.Write("before\n");
        // Ten columns of the line are one row of the wide terminal and three of the narrow one.
        block.Draw(["0123", "456", "789"], columns: 20);
        block.Forget();
        block.Draw(["\e[1m0123456789\e[0m"], columns: 20);
        terminal.Screenful("before", "0123", "456", "789", "0123", "4567", "89");

        block.Draw(["abc"], columns: 4);

        Assert.Equal("before\n0123\n456\n789\nabc", terminal.Screen);
    }

    [Fact]
    public void Json_escapes_what_could_harm_a_terminal()
    {
        using StringWriter data = new();
        TerminalOutput output = CliRunner.Output(data, TextWriter.Null, OutputMode.Json);
        output.Result(new FailureResult("get", 1, "a\e[31m\u202E\u009b"));
        Assert.DoesNotContain(data.ToString(), c => c is < ' ' and not '\n' or > '~');
    }

    [Fact]
    public void A_live_block_is_redrawn_in_place()
    {
        using TestTerminal terminal = new();
        TerminalOutput output = CliRunner.Output(TextWriter.Null, terminal, live: true);
        output.Say("before");
        output.Show(["one long line", "two"]);
        output.Show(["1", "2"]);
        Assert.Equal("before\n1\n2", terminal.Screen);
        output.Clear();
        Assert.Equal("before", terminal.Screen);
    }

    [Fact]
    public void A_live_block_can_grow_and_shrink()
    {
        using TestTerminal terminal = new();
        TerminalOutput output = CliRunner.Output(TextWriter.Null, terminal, live: true);
        output.Show(["1"]);
        output.Show(["1", "2", "3"]);
        output.Show(["only"]);
        Assert.Equal("only", terminal.Screen);
    }

    [Fact]
    public void A_message_appears_above_the_live_block()
    {
        using TestTerminal terminal = new();
        TerminalOutput output = CliRunner.Output(TextWriter.Null, terminal, live: true);
        output.Show(["bar"]);
        output.Warn("warning");
        Assert.Equal("warning\nbar", terminal.Screen);
    }

    [Fact]
    public void What_the_user_types_stays_while_the_block_is_redrawn()
    {
        using TestTerminal terminal = new();
        TerminalOutput output = CliRunner.Output(TextWriter.Null, terminal, live: true);
        output.Show(["1%"]);
        terminal.Type("pr");
        output.Show(["2%"]);
        terminal.Type("og");
        output.Show(["3%"]);
        Assert.Equal("3%\nprog", terminal.Screen);
    }

    [Fact]
    public void A_line_that_the_user_ends_leaves_no_trace_of_the_block()
    {
        using TestTerminal terminal = new();
        TerminalOutput output = CliRunner.Output(TextWriter.Null, terminal, live: true);
        output.Show(["1%", "bar"]);
        terminal.Type("prog\n");
        output.LineTyped();
        output.Warn("answer");
        output.Show(["2%", "bar"]);
        Assert.Equal("answer\n2%\nbar", terminal.Screen);
    }

    [Fact]
    public void A_program_in_the_background_leaves_the_terminal_to_others()
    {
        using TestTerminal terminal = new();
        bool inForeground = true;
        TerminalOutput output = CliRunner.Output(
            TextWriter.Null, terminal, live: true, inForeground: () => inForeground);
        output.Show(["1%"]);
        inForeground = false;
        terminal.Type("$ ls\nfile\n");
        output.Show(["2%"]);
        Assert.Equal("1%\n$ ls\nfile", terminal.Screen);
        inForeground = true;
        output.Show(["3%"]);
        Assert.Equal("1%\n$ ls\nfile\n3%", terminal.Screen);
    }

    [Fact]
    public void Without_a_terminal_there_is_no_live_block()
    {
        using StringWriter messages = new();
        TerminalOutput output = CliRunner.Output(TextWriter.Null, messages);
        output.Show(["bar"]);
        output.Clear();
        Assert.Equal("", messages.ToString());
    }
}
