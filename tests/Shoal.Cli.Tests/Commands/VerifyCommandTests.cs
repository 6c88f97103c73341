using System.Text.Json;

namespace Shoal.Cli.Tests.Commands;

public sealed class VerifyCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shoal-cli-tests-").FullName;

    private string Content => Path.Combine(_folder, "set");

    private string Torrent => Path.Combine(_folder, "set.torrent");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("hybrid")]
    [InlineData("v1")]
    [InlineData("v2")]
    public async Task Bytes_beyond_the_end_of_a_file_are_told_and_not_all_right(string format)
    {
        await MakeAsync(format);
        File.AppendAllText(Path.Combine(Content, "a.bin"), new string('x', 2048));
        File.AppendAllText(Path.Combine(Content, "empty"), "y");

        CliOutcome outcome = await CliRunner.RunAsync("verify", Torrent, _folder);

        Assert.Equal(ExitCode.Integrity, outcome.ExitCode);
        Assert.Equal(
            [
                "too long by    2.00 KiB  set/a.bin",
                "too long by         1 B  set/empty",
                "set is not as the torrent says: all of its 49.2 KiB are right, but there is more on disk than the "
                    + "torrent covers.",
            ],
            outcome.Out.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task An_empty_file_that_is_missing_is_not_all_right()
    {
        await MakeAsync("hybrid");
        File.Delete(Path.Combine(Content, "empty"));

        CliOutcome outcome = await CliRunner.RunAsync("verify", Torrent, _folder);

        Assert.Equal(ExitCode.Integrity, outcome.ExitCode);
        Assert.Contains("but an empty file is missing.", outcome.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(3, false)]
    public async Task Json_tells_whether_the_pieces_are_right_and_whether_the_files_are_exact(int excess, bool exact)
    {
        await MakeAsync("hybrid");
        File.AppendAllText(Path.Combine(Content, "b.bin"), new string('x', excess));

        CliOutcome outcome = await CliRunner.RunAsync("verify", Torrent, _folder, "--json");

        using JsonDocument json = JsonDocument.Parse(outcome.Out);
        Assert.True(json.RootElement.GetProperty("complete").GetBoolean());
        Assert.Equal(exact, json.RootElement.GetProperty("exact").GetBoolean());
        Assert.Equal(
            excess,
            json.RootElement.GetProperty("files").EnumerateArray().Sum(f => f.GetProperty("excess").GetInt64()));
        Assert.Equal(exact ? ExitCode.Ok : ExitCode.Integrity, outcome.ExitCode);
    }

    private async Task MakeAsync(string format)
    {
        Directory.CreateDirectory(Content);
        File.WriteAllBytes(Path.Combine(Content, "a.bin"), new byte[50_000]);
        File.WriteAllBytes(Path.Combine(Content, "b.bin"), new byte[400]);
        File.WriteAllBytes(Path.Combine(Content, "empty"), []);
        CliOutcome made = await CliRunner.RunAsync("create", Content, "-o", Torrent, "--format", format);
        Assert.Equal(ExitCode.Ok, made.ExitCode);
    }
}
