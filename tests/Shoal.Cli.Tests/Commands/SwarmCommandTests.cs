using System.Text.Json;
using Shoal.Cli.Settings;

namespace Shoal.Cli.Tests.Commands;

public sealed class SwarmCommandTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("shoal-cli-swarm-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task A_swarm_is_made_a_member_invited_listed_and_revoked()
    {
        Assert.Equal(ExitCode.Ok, (await RunAsync("swarm", "new", "team")).ExitCode);
        string file = Path.Combine(_root, "anna.member");
        CliOutcome invited = await RunAsync("swarm", "invite", "team", "anna", "-o", file, "--expires", "30d");
        Assert.Equal(ExitCode.Ok, invited.ExitCode);
        Assert.Equal(file, invited.Out.Trim());
        Assert.DoesNotContain("KEY", invited.Out + invited.Error, StringComparison.Ordinal);
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("ENCRYPTED PRIVATE KEY", text, StringComparison.Ordinal);
        Assert.Equal("team", (await RunAsync("swarm", "list")).Out.Trim());
        Assert.Matches("^until .* anna", (await RunAsync("swarm", "list", "team")).Out);
        Assert.Equal(ExitCode.Ok, (await RunAsync("swarm", "revoke", "team", "anna")).ExitCode);
        Assert.Matches("^revoked .* anna", (await RunAsync("swarm", "list", "team")).Out);
        using JsonDocument json = JsonDocument.Parse((await RunAsync("swarm", "list", "team", "--json")).Out);
        JsonElement member = json.RootElement.GetProperty("members")[0];
        Assert.Equal("anna", member.GetProperty("who").GetString());
        Assert.True(member.TryGetProperty("revoked", out _));
    }

    [Fact]
    public async Task Without_a_passphrase_nobody_is_invited()
    {
        await RunAsync("swarm", "new", "team");
        CliOutcome refused = await CliRunner.RunAsync(
            "swarm", "invite", "team", "anna", "--swarms", _root, "-o", Path.Combine(_root, "anna"));
        Assert.Equal(ExitCode.Usage, refused.ExitCode);
        Assert.Contains(PassphraseOption.Variable, refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_root, "anna")));
    }

    [Theory]
    [InlineData("swarm invite none anna", ExitCode.NotFound)]
    [InlineData("swarm revoke none anna", ExitCode.NotFound)]
    [InlineData("swarm list none", ExitCode.NotFound)]
    [InlineData("swarm new a/b", ExitCode.Failed)]
    public async Task What_cannot_be_done_says_so_in_one_sentence(string line, int exitCode)
    {
        CliOutcome refused = await RunAsync(line.Split(' '));
        Assert.Equal(exitCode, refused.ExitCode);
        Assert.StartsWith("shoal: ", refused.Error, StringComparison.Ordinal);
    }

    private Task<CliOutcome> RunAsync(params string[] args) => CliRunner.RunAsync(
        new Dictionary<string, string> { ["SHOAL_PASSPHRASE"] = "between us", ["SHOAL_SWARMS"] = _root }, args);
}
