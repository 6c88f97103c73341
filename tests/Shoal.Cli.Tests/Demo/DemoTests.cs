using System.Security.Cryptography;
using Shoal.Cli.Demo;
using Shoal.Cli.Output;
using Shoal.Lab;

namespace Shoal.Cli.Tests.Demo;

public sealed class DemoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shoal-cli-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1)]
    [InlineData(3_000_001)]
    public async Task The_file_has_its_size_and_is_the_same_every_time(int bytes)
    {
        string first = await MakeAsync("first", bytes);
        string second = await MakeAsync("second", bytes);
        Assert.Equal(bytes, new FileInfo(first).Length);
        Assert.True(await NoiseFile.AreSameAsync(first, second, CancellationToken.None));
        Assert.Equal(SHA256.HashData(File.ReadAllBytes(first)), SHA256.HashData(File.ReadAllBytes(second)));
    }

    [Fact]
    public async Task One_wrong_byte_and_one_missing_byte_are_seen()
    {
        const int bytes = 2_500_000;
        string good = await MakeAsync("good", bytes);
        byte[] content = await File.ReadAllBytesAsync(good, CancellationToken.None);
        string shorter = Path.Combine(_folder, "shorter");
        await File.WriteAllBytesAsync(shorter, content.AsMemory(0, bytes - 1), CancellationToken.None);
        content[^1] ^= 1;
        string wrong = Path.Combine(_folder, "wrong");
        await File.WriteAllBytesAsync(wrong, content, CancellationToken.None);
        Assert.False(await NoiseFile.AreSameAsync(good, shorter, CancellationToken.None));
        Assert.False(await NoiseFile.AreSameAsync(good, wrong, CancellationToken.None));
    }

    [Fact]
    public void Figures_come_from_json_lines_and_nothing_else()
    {
        DemoFigures figures = new();
        figures.Take("no json");
        figures.Take("[1]");
        figures.Take("{\"event\":5}");
        figures.Take("{\"event\":\"started\",\"port\":7001}");
        figures.Take("{\"event\":\"progress\",\"state\":\"downloading\",\"downloaded\":50,\"up_rate\":3}");
        figures.Take("{\"event\":\"completed\"}");
        Assert.Equal((7001, "downloading", 50, 3), (figures.Port, figures.State, figures.Downloaded, figures.UpRate));
        Assert.True(figures.IsComplete);
    }

    [Fact]
    public void What_came_from_the_seeder_is_counted_whoever_dialled_and_after_the_connection_ended()
    {
        DemoFigures seeder = new();
        DemoFigures dialler = new();
        DemoFigures dialled = new();
        seeder.Take("{\"event\":\"started\",\"port\":1}");
        dialler.Take("{\"event\":\"started\",\"port\":2}");
        dialled.Take("{\"event\":\"started\",\"port\":3}");
        seeder.Take(Progress(0, Peer(50_000, incoming: true, 0, 40), Peer(3, incoming: false, 0, 60)));
        dialler.Take(Progress(60, Peer(1, incoming: false, 35, 0), Peer(3, incoming: false, 25, 0)));
        dialler.Take(Ended(1, 40, 0));
        dialler.Take(Ended(3, 10, 0));
        dialler.Take(Progress(70, Peer(3, incoming: false, 20, 0)));
        dialled.Take(Progress(90, Peer(50_001, incoming: true, 60, 0), Peer(50_002, incoming: true, 30, 0)));
        Assert.Equal((40, 30), (dialler.ReceivedFrom(seeder), dialler.ReceivedFrom(dialled)));
        Assert.Equal((60, 0), (dialled.ReceivedFrom(seeder), dialled.ReceivedFrom(dialler)));
    }

    [Fact]
    public void What_no_report_explains_is_split_like_what_they_do_explain()
    {
        DemoFigures seeder = new();
        DemoFigures one = new();
        DemoFigures two = new();
        seeder.Take("{\"event\":\"started\",\"port\":1}");
        one.Take("{\"event\":\"started\",\"port\":2}");
        two.Take("{\"event\":\"started\",\"port\":3}");
        one.Take(Progress(1000));
        Assert.Equal(1000, one.ReceivedFromSeeder(seeder, [one, two]));
        one.Take(Progress(1000, Peer(1, incoming: false, 200, 0), Peer(3, incoming: false, 600, 0)));
        Assert.Equal(250, one.ReceivedFromSeeder(seeder, [one, two]));
    }

    [Fact]
    public void The_table_the_sentences_and_the_json_have_the_same_sums()
    {
        DemoOutcome outcome = new(
            100 << 20,
            TimeSpan.FromSeconds(4),
            [
                new DemoBoard.Row("seeder", 1, 0, 0, 0, 0) { SentBytes = 81 << 20 },
                new DemoBoard.Row("downloader 1", 1, 5, 5, 30 << 20, 70 << 20) { SentBytes = 60 << 20 },
                new DemoBoard.Row("downloader 2", 1, 5, 5, 50 << 20, 50 << 20) { SentBytes = 59 << 20 },
            ],
            Identical: true);

        string[] total = outcome.Board(Palette.Plain, 100)[^1].Split("  ", StringSplitOptions.RemoveEmptyEntries);
        string[] sentences = [.. outcome.Sentences()];

        Assert.Equal(["together", "50.0 MiB/s", "50.0 MiB/s", "80.0 MiB", "120 MiB"], total.Select(t => t.Trim()));
        Assert.Equal("2 downloaders got 100 MiB each in 4.0 s: 50.0 MiB/s together.", sentences[0]);
        Assert.Equal(
            "120 MiB of it (60.0%) came from other downloaders, 80.0 MiB from the seeder.", sentences[1]);
        Assert.Equal((80 << 20, 120 << 20), (outcome.Result().FromSeeder, outcome.Result().FromPeers));
    }

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void The_table_has_a_line_for_each_process_and_fits_the_terminal(int columns)
    {
        IReadOnlyList<string> lines = DemoBoard.Lines(
            [
                new DemoBoard.Row("seeder", 1, 0, 100.5 * (1 << 20), 0, 0),
                new DemoBoard.Row("downloader 20", 0.5, 9.99 * (1 << 20), 100.5 * (1 << 20), 3 << 20, 1 << 20),
            ],
            Palette.Plain,
            columns);
        Assert.Equal(3, lines.Count);
        Assert.StartsWith("downloader 20  ##", lines[2], StringComparison.Ordinal);
        foreach (string figure in (string[])["50.0%", "9.99 MiB/s", "3.00 MiB", "1.00 MiB"])
            Assert.Contains(figure, lines[2], StringComparison.Ordinal);
        Assert.All(lines, l => Assert.True(l.Length < columns, l));
    }

    private static string Progress(long downloaded, params string[] peers) =>
        $"{{\"event\":\"progress\",\"downloaded\":{downloaded},\"peer_list\":[{string.Join(',', peers)}]}}";

    private static string Ended(int port, long down, long up) =>
        $"{{\"event\":\"peer_disconnected\",\"address\":\"127.0.0.1:{port}\",\"downloaded\":{down},\"uploaded\":{up}}}";

    private static string Peer(int port, bool incoming, long down, long up) =>
        $"{{\"address\":\"127.0.0.1:{port}\",\"incoming\":{(incoming ? "true" : "false")},"
        + $"\"downloaded\":{down},\"uploaded\":{up}}}";

    private async Task<string> MakeAsync(string name, int bytes)
    {
        string path = Path.Combine(_folder, name);
        await NoiseFile.WriteAsync(path, bytes, CancellationToken.None);
        return path;
    }
}
