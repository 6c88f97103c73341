using System.Text.Json;

namespace Shoal.Cli.Tests.Commands;

public sealed class TrackerKeyCommandTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("shoal-keys-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task A_key_is_made_listed_and_revoked()
    {
        CliOutcome made = await CliRunner.RunAsync(
            "tracker", "key", "new", "--data", _data, "--label", "for Ann", "--expires", "30d");
        Assert.Equal(ExitCode.Ok, made.ExitCode);
        string key = made.Out.Trim();
        Assert.Matches("^[0-9a-f]{32}$", key);
        CliOutcome list = await CliRunner.RunAsync("tracker", "key", "list", "--data", _data);
        Assert.Matches("^[0-9a-f]{8}  .*Z  expires .*Z  for Ann$", list.Out.Trim());
        Assert.DoesNotContain(key, list.Out, StringComparison.Ordinal);
        CliOutcome json = await CliRunner.RunAsync("tracker", "key", "list", "--data", _data, "--json");
        JsonElement record = JsonDocument.Parse(json.Out).RootElement.GetProperty("keys")[0];
        Assert.Equal("for Ann", record.GetProperty("label").GetString());
        string id = record.GetProperty("id").GetString()!;
        CliOutcome revoked = await CliRunner.RunAsync("tracker", "key", "revoke", id, "--data", _data);
        Assert.Equal(ExitCode.Ok, revoked.ExitCode);
        Assert.Equal("", (await CliRunner.RunAsync("tracker", "key", "list", "--data", _data)).Out);
        Assert.Equal(ExitCode.NotFound,
            (await CliRunner.RunAsync("tracker", "key", "revoke", key, "--data", _data)).ExitCode);
    }

    [Theory]
    [InlineData("tracker key new", "--data DIR or --redis ADDRESS is missing")]
    [InlineData("tracker key list", "--data DIR or --redis ADDRESS is missing")]
    [InlineData("tracker --mode private", "--mode private needs --data DIR")]
    [InlineData("tracker --mode closed", "--mode 'closed' is not one of open, listed, private")]
    [InlineData("tracker --certificate x", "have to be given together")]
    [InlineData("tracker --threads 0", "--threads '0' is not a number from 1 to 256")]
    [InlineData("tracker --interval 0", "--interval '0' is not a time")]
    [InlineData("tracker --proxy-header a:b", "--proxy-header 'a:b' is not the name of a header")]
    [InlineData("tracker --trusted-proxy x", "--trusted-proxy 'x' is not an address")]
    [InlineData("tracker --interval 2d", "--interval '2d' is not a time from 1s to 1d")]
    [InlineData("tracker --min-interval 5m", "--min-interval is longer than --interval.")]
    [InlineData("tracker --connection-lifetime 19h", "--connection-lifetime '19h' is not a time of at most 18h")]
    [InlineData("tracker --list torrents.txt", "--list goes with --mode listed only.")]
    [InlineData("tracker --snapshot-interval 5s", "--snapshot-interval goes with --data only")]
    [InlineData("tracker --trusted-proxy 10.0.0.1", "--trusted-proxy needs --proxy-header")]
    public async Task A_command_line_that_cannot_be_is_told_in_a_sentence(string line, string sentence)
    {
        // What is typed ends a tracker that runs all the same.
        CliOutcome outcome = await CliRunner.RunAsync([], "exit\n", line.Split(' '));
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains(sentence, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tracker_with_options_tells_the_url_of_each_protocol()
    {
        CliOutcome outcome = await CliRunner.RunAsync([], "exit\n",
        [
            "tracker", "--port", "0", "--bind", "127.0.0.1", "--json-lines", "--mode", "private", "--data", _data,
            "--interval", "30m", "--threads", "1", "--log", "json",
        ]);
        Assert.Equal(ExitCode.Ok, outcome.ExitCode);
        Assert.Contains("\"udp_url\":\"udp://127.0.0.1:", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"Started\"", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("/KEY/announce", outcome.Error, StringComparison.Ordinal);
        outcome = await CliRunner.RunAsync(
            [], "exit\n", ["tracker", "--port", "0", "--bind", "127.0.0.1", "--json-lines", "--no-udp"]);
        Assert.DoesNotContain("udp_url", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_list_or_a_certificate_that_is_not_there_is_told()
    {
        CliOutcome list = await CliRunner.RunAsync(
            "tracker", "--bind", "127.0.0.1", "--port", "0", "--mode", "listed", "--list", "/none/here");
        Assert.Equal("shoal: There is no file '/none/here'.\n", list.Error);
        Assert.Equal(ExitCode.NotFound, list.ExitCode);
        CliOutcome certificate = await CliRunner.RunAsync("tracker", "--bind", "127.0.0.1", "--port", "0",
            "--certificate", "/none/here", "--certificate-key", "/none/there");
        Assert.Equal(ExitCode.NotFound, certificate.ExitCode);
        Assert.Equal("shoal: There is no file '/none/here'.\n", certificate.Error);
    }

    [Fact]
    public async Task A_token_that_could_be_guessed_is_told_by_the_name_of_its_variable()
    {
        CliOutcome outcome = await CliRunner.RunAsync(
            new Dictionary<string, string> { ["SHOAL_TRACKER_TOKEN"] = "short" }, "exit\n", ["tracker", "--port", "0"]);
        Assert.Equal(ExitCode.Usage, outcome.ExitCode);
        Assert.Contains("SHOAL_TRACKER_TOKEN has fewer than 16 characters.", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task That_there_are_no_keys_is_said()
    {
        CliOutcome outcome = await CliRunner.RunAsync("tracker", "key", "list", "--data", _data);
        Assert.Equal("", outcome.Out);
        Assert.Contains("There are no keys yet", outcome.Error, StringComparison.Ordinal);
    }
}
