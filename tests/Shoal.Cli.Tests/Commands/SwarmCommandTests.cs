using System.Security.Cryptography.X509Certificates;
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
    public async Task An_end_that_is_near_is_told_to_the_minute()
    {
        await RunAsync("swarm", "new", "team");
        foreach ((string who, string life) in new[] { ("anna", "2h"), ("ben", "30d") })
        {
            await RunAsync(
                "swarm", "invite", "team", who, "-o", Path.Combine(_root, $"{who}.member"), "--expires", life);
        }
        string[] lines = (await RunAsync("swarm", "list", "team")).Out.Trim().Split('\n');
        Assert.Matches(@"^until \d{4}-\d\d-\d\d \d\d:\d\d UTC\s+anna$", lines[0].Trim());
        Assert.Matches(@"^until \d{4}-\d\d-\d\d\s+ben$", lines[1].Trim());
    }

    [Theory]
    [InlineData("1234567", ExitCode.Usage)]
    [InlineData("12345678", ExitCode.Ok)]
    public async Task A_short_passphrase_protects_no_credential(string passphrase, int exitCode)
    {
        await RunAsync("swarm", "new", "team");
        string file = Path.Combine(_root, "anna.member");
        CliOutcome invited = await CliRunner.RunAsync(
            new Dictionary<string, string> { ["SHOAL_PASSPHRASE"] = passphrase, ["SHOAL_SWARMS"] = _root },
            "swarm", "invite", "team", "anna", "-o", file);
        Assert.Equal(exitCode, invited.ExitCode);
        Assert.Equal(exitCode == ExitCode.Ok, File.Exists(file));
    }

    [Theory]
    [InlineData("x.torrent")]
    [InlineData("the link")]
    public async Task What_a_private_swarm_shares_is_not_waited_for_without_a_credential(string what)
    {
        string torrent = Path.Combine(_root, "x.torrent");
        string link = await MakeAsync(torrent);
        CliOutcome refused = await RunAsync(
            "get", what == "the link" ? link : torrent, "--dir", _root, "--bind", "127.0.0.1", "--port", "0");
        Assert.Equal(ExitCode.Failed, refused.ExitCode);
        Assert.Contains("in the private swarm 'team' only", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--member FILE", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x.torrent")]
    [InlineData("the link")]
    public async Task What_is_for_the_members_of_a_swarm_is_inspected_with_its_name(string what)
    {
        string torrent = Path.Combine(_root, "x.torrent");
        string link = await MakeAsync(torrent);
        CliOutcome told = await RunAsync("inspect", what == "the link" ? link : torrent);
        Assert.Contains("private swarm:    team\n", told.Out, StringComparison.Ordinal);
        told = await RunAsync("inspect", what == "the link" ? link : torrent, "--json");
        Assert.Contains("\"swarm\":\"team\"", told.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "was taken back")]
    [InlineData(false, "ended on")]
    public async Task A_credential_that_no_longer_counts_says_so_at_once(bool isRevoked, string sentence)
    {
        string torrent = Path.Combine(_root, "x.torrent"), file = Path.Combine(_root, "anna");
        string link = await MakeAsync(torrent);
        await RunAsync("swarm", "invite", "team", "anna", "-o", file, "--expires", isRevoked ? "1d" : "1ms");
        await RunAsync("swarm", "revoke", "team", "anna");
        if (isRevoked) File.Copy(Path.Combine(_root, "team", "revoked.crl"), file + ".revoked");
        CliOutcome refused = await RunAsync("get", link, "--member", file, "--dir", _root, "--bind", "127.0.0.1");
        Assert.Equal(ExitCode.Failed, refused.ExitCode);
        Assert.Contains(sentence, refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_may_be_good_for_the_host_of_a_tracker()
    {
        await RunAsync("swarm", "new", "team");
        string file = Path.Combine(_root, "tracker");
        CliOutcome wrong = await RunAsync("swarm", "invite", "team", "x", "-o", file, "--host", "a b");
        Assert.Equal(ExitCode.Failed, wrong.ExitCode);
        CliOutcome invited = await RunAsync(
            "swarm", "invite", "team", "tracker", "-o", file, "--host", "tracker.example.org", "--host", "::1");
        Assert.Equal(ExitCode.Ok, invited.ExitCode);
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(file);
        Assert.True(certificate.MatchesHostname("tracker.example.org"));
        Assert.True(certificate.MatchesHostname("::1"));
        Assert.False(certificate.MatchesHostname("example.org"));
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

    /// <summary>Makes a swarm and a torrent of it, and returns the link.</summary>
    private async Task<string> MakeAsync(string torrent)
    {
        string content = Path.Combine(_root, "plans.bin");
        await File.WriteAllBytesAsync(content, new byte[1000], TestContext.Current.CancellationToken);
        await RunAsync("swarm", "new", "team");
        CliOutcome made = await RunAsync("create", content, "-o", torrent, "--swarm", "team");
        Assert.Equal(ExitCode.Ok, made.ExitCode);
        return made.Out.Trim();
    }

    private Task<CliOutcome> RunAsync(params string[] args) => CliRunner.RunAsync(
        new Dictionary<string, string> { ["SHOAL_PASSPHRASE"] = "between us", ["SHOAL_SWARMS"] = _root }, args);
}
