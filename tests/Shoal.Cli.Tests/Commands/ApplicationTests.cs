namespace Shoal.Cli.Tests.Commands;

public sealed class ApplicationTests
{
    [Theory]
    [InlineData("", "Say what to do")]
    [InlineData("-q", "Say what to do")]
    [InlineData("lab", "lab needs a command: run, setup, static or sim.")]
    [InlineData("tracker key -q", "tracker key needs a command: new, list or revoke.")]
    [InlineData("get x --port 1 --port 2", "--port is given more than once and takes one value.")]
    [InlineData("get x --encryption off --encryption off", "--encryption is given more than once and takes one value.")]
    [InlineData("files --sort size,name", "--sort 'size,name' is not one of added, name, size")]
    [InlineData("nonsense", "There is no command 'nonsense'.")]
    [InlineData("get", "get needs WHAT.")]
    [InlineData("verify a", "verify needs DIR.")]
    [InlineData("share", "share needs PATH.")]
    [InlineData("get x --port 70000", "--port '70000' is not a port from 0 to 65535.")]
    [InlineData("get x --port", "--port needs a value: N.")]
    [InlineData("get x --down 5Q", "--down '5Q' is not a rate")]
    [InlineData("get x --peer host", "--peer 'host' is not an address")]
    [InlineData("get x --tracker ftp://host", "--tracker 'ftp://host' is not the URL of a tracker")]
    [InlineData("get x --bind eth0", "--bind 'eth0' is not an IP address")]
    [InlineData("get x --timeout soon", "--timeout 'soon' is not a time")]
    [InlineData("seed x --have 5", "--have '5' is not a list of shares")]
    [InlineData("seed x --missing a", "--missing 'a' is not a list of piece numbers")]
    [InlineData("create x", "create needs --output FILE.")]
    [InlineData("create", "create needs PATH and --output FILE.")]
    [InlineData("shar x", "There is no command 'shar'. Is share meant?")]
    [InlineData("get --frob", "There is no option '--frob'.")]
    [InlineData("get x --keep-seedin", "There is no option '--keep-seedin'. Is --keep-seeding meant?")]
    [InlineData("--frob", "There is no option '--frob'.")]
    [InlineData("-x get", "There is no option '-x'.")]
    [InlineData("get x y", "'y' is one word too many for get.")]
    [InlineData("demo x", "'x' is one word too many for demo.")]
    [InlineData("create x -o y --piece-size 3", "--piece-size '3' is not a piece size")]
    [InlineData("create x -o y --format v3", "--format 'v3' is not one of hybrid, v1, v2")]
    [InlineData("completions tcsh", "'tcsh' is not one of bash, zsh, fish, powershell")]
    [InlineData("get x --encryption sometimes", "--encryption 'sometimes' is not one of off, preferred, required")]
    [InlineData("demo --downloaders 0", "--downloaders '0' is not a number from 1 to 20")]
    [InlineData("seed magnet:?xt=urn:btih:0000000000000000000000000000000000000000", "cannot be seeded from")]
    public async Task A_wrong_command_line_is_told_in_a_sentence_with_exit_code_two(string line, string sentence)
    {
        CliOutcome outcome = await CliRunner.RunAsync(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.StartsWith("shoal: ", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(sentence, outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
        Assert.Equal("", outcome.Out);
    }

    [Fact]
    public async Task A_name_that_begins_with_a_dash_stands_behind_two_dashes()
    {
        CliOutcome outcome = await CliRunner.RunAsync("get", "--", "--frob.torrent");
        Assert.Equal("shoal: There is no file '--frob.torrent'.\n", outcome.Error);
        outcome = await CliRunner.RunAsync("get", "-", "--peer=h:1");
        Assert.Equal(ExitCode.NotFound, outcome.ExitCode);
    }

    [Fact]
    public async Task An_empty_path_is_not_the_current_folder()
    {
        CliOutcome outcome = await CliRunner.RunAsync("share", "");
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains("PATH is empty", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("get x --proxy socks5://h:1", "--proxy")]
    [InlineData("get x --transport utp", "--transport utp")]
    [InlineData("get x --dht-bootstrap h:1", "--dht-bootstrap")]
    [InlineData("send x", "The command send")]
    public async Task What_is_not_built_is_a_usage_error(string line, string what)
    {
        CliOutcome outcome = await CliRunner.RunAsync(line.Split(' '));
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains($"{what} is not available in this version.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_changes_nothing_is_accepted()
    {
        CliOutcome outcome = await CliRunner.RunAsync(
            "get", "missing.torrent", "--no-dht", "--no-lsd", "--no-pex", "--encryption", "off", "--transport", "tcp",
            "--encryption=preferred");
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        outcome = await CliRunner.RunAsync(
            "get", "missing.torrent", "--no-dht", "--no-lsd", "--no-pex", "--encryption", "off", "--transport", "auto");
        Assert.Equal(ExitCode.NotFound, outcome.ExitCode);
    }

    [Theory]
    [InlineData("SHOAL_PORT", "abc", "SHOAL_PORT 'abc' is not a port")]
    [InlineData("SHOAL_PEER", "a:1 b", "SHOAL_PEER 'b' is not an address")]
    [InlineData("SHOAL_NO_DHT", "maybe", "SHOAL_NO_DHT 'maybe' is neither 1 nor 0")]
    [InlineData("SHOAL_PROXY", "h:1", "SHOAL_PROXY is not available")]
    [InlineData("SHOAL_QUIET", "perhaps", "SHOAL_QUIET 'perhaps' is neither 1 nor 0")]
    public async Task An_environment_twin_is_checked_like_its_option(string name, string value, string sentence)
    {
        Dictionary<string, string> environment = new() { [name] = value };
        CliOutcome outcome = await CliRunner.RunAsync(environment, "get", "missing.torrent");
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains(sentence, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_option_wins_over_its_environment_twin()
    {
        CliOutcome outcome = await CliRunner.RunAsync(
            new Dictionary<string, string> { ["SHOAL_PORT"] = "abc" }, "get", "missing.torrent", "--port", "1");
        Assert.Equal(ExitCode.NotFound, outcome.ExitCode);
    }

    [Theory]
    [InlineData("--json")]
    [InlineData("--json-lines")]
    public async Task A_failure_is_a_json_object_too(string option)
    {
        CliOutcome outcome = await CliRunner.RunAsync("get", "missing.torrent", option);
        Assert.Equal(
            "{\"event\":\"result\",\"command\":\"get\",\"exit_code\":3,\"error\":"
                + "\"There is no file \\u0027missing.torrent\\u0027.\"}\n",
            outcome.Out);
        Assert.Equal("shoal: There is no file 'missing.torrent'.\n", outcome.Error);
    }

    [Theory]
    [InlineData("lab setup --peers 0 --json")]
    [InlineData("lab setup --file missing.bin --json")]
    public async Task A_failure_names_the_whole_command(string line)
    {
        CliOutcome outcome = await CliRunner.RunAsync(line.Split(' '));
        Assert.StartsWith("{\"event\":\"result\",\"command\":\"lab setup\",", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_two_forms_of_json_exclude_each_other()
    {
        CliOutcome outcome = await CliRunner.RunAsync("get", "x", "--json-lines", "--json");
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains("cannot be given together", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_json_switch_of_the_environment_counts_for_errors_too()
    {
        Dictionary<string, string> environment = new() { ["SHOAL_JSON"] = "1" };
        CliOutcome outcome = await CliRunner.RunAsync(environment, "get", "x", "--port", "no");
        Assert.Contains("\"exit_code\":2", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_without_a_catalogue_is_not_found()
    {
        CliOutcome outcome = await CliRunner.RunAsync("get", "holiday pictures");
        Assert.Equal(ExitCode.NotFound, outcome.ExitCode);
        Assert.Contains("catalogue", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_path_that_begins_with_an_at_sign_is_a_path()
    {
        CliOutcome outcome = await CliRunner.RunAsync("get", "@missing.torrent");
        Assert.Equal("shoal: There is no file '@missing.torrent'.\n", outcome.Error);
    }

    [Fact]
    public async Task Control_characters_of_the_command_line_are_not_echoed()
    {
        CliOutcome outcome = await CliRunner.RunAsync("get", "\e[2J.torrent", "--port", "\e[2J");
        Assert.DoesNotContain('\e', outcome.Error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("get --help")]
    [InlineData("get --help --port bad")]
    [InlineData("get -h")]
    [InlineData("frobnicate --help")]
    public async Task Help_goes_to_standard_output_and_hides_what_is_not_built(string line)
    {
        CliOutcome outcome = await CliRunner.RunAsync(line.Split(' '));
        Assert.Equal(ExitCode.Ok, outcome.ExitCode);
        Assert.Contains("--json-lines", outcome.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("--proxy", outcome.Out, StringComparison.Ordinal);
        Assert.Equal("", outcome.Error);
    }
}
