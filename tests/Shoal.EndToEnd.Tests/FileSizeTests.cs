using Shoal.Clients;

namespace Shoal.EndToEnd.Tests;

public sealed class FileSizeTests : IDisposable
{
    private readonly TemporaryFolder _home = new();

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData(1, "hybrid")]
    [InlineData(65535, "hybrid")]
    [InlineData(65536, "hybrid")]
    [InlineData(65537, "hybrid")]
    [InlineData(1, "v1")]
    [InlineData(65536, "v1")]
    [InlineData(1, "v2")]
    [InlineData(65536, "v2")]
    public async Task A_file_of_any_size_arrives(int length, string format)
    {
        string content = SampleContent.SingleFile(_home.Folder("from"), length);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(
            _home, content, ["--piece-size", "64KiB", "--format", format]);

        (await ProgramRun.ToEndAsync(_home, seeder.Get(_home.Folder("to")))).Ended(0);

        Assert.Empty(SampleContent.Differences(content, _home.File("to")));
        (await ProgramRun.ToEndAsync(_home, "verify", seeder.Torrent, _home.File("to"))).Ended(0);
    }

    [Fact]
    public async Task A_file_without_bytes_is_nothing_to_share_by_itself_and_arrives_in_a_folder()
    {
        string empty = SampleContent.SingleFile(_home.Folder("alone"), 0);
        ProgramRun refused = await ProgramRun.ToEndAsync(_home, "create", empty, "-o", _home.File("x.torrent"));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Single(refused.Errors);

        string content = _home.Folder(Path.Combine("from", "folder"));
        SampleContent.Write(Path.Combine(content, "a"), 0, seed: 1);
        SampleContent.Write(Path.Combine(content, "b"), 100, seed: 1);
        SampleContent.Write(Path.Combine(content, "c"), 0, seed: 1);
        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content);
        (await ProgramRun.ToEndAsync(_home, seeder.Get(_home.Folder("to")))).Ended(0);
        Assert.Empty(SampleContent.Differences(content, _home.File("to")));
    }

    [Fact]
    public async Task A_sparse_file_of_more_than_4_GiB_arrives()
    {
        const long length = (1L << 32) + 12_345;
        string content = Sparse("from", length);
        // Data at the start, across the 32-bit border, and at the very end; all the rest is a hole.
        using (FileStream file = File.OpenWrite(content))
        {
            byte[] chunk = new byte[200_000];
            foreach (long at in (long[])[0, (1L << 31) - 100_000, (1L << 32) - 100_000, length - 1000])
            {
                new Random((int)(at >> 10)).NextBytes(chunk);
                file.Position = at;
                file.Write(chunk, 0, (int)Math.Min(chunk.Length, length - at));
            }
        }

        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content, ["--piece-size", "4MiB"]);
        // Zeros of the right length are there: most pieces are right, and only what has data is fetched.
        Sparse("to", length);

        ProgramRun get = await ProgramRun.ToEndAsync(_home, seeder.Get(_home.File("to"), "--json"));

        get.Ended(0);
        Assert.InRange(get.Json.GetProperty("torrents")[0].GetProperty("downloaded").GetInt64(), 600_000, 64_000_000);
        Assert.Empty(SampleContent.Differences(content, _home.File("to")));
    }

    [Theory]
    [InlineData("hybrid")]
    [InlineData("v1")]
    public async Task Ten_thousand_files_arrive(string format)
    {
        string content = _home.Folder(Path.Combine("from", "many"));
        for (int i = 0; i < 10_000; i++)
        {
            string folder = Directory.CreateDirectory(Path.Combine(content, $"{i % 100:d2}")).FullName;
            File.WriteAllText(Path.Combine(folder, $"{i}.txt"), $"file {i} {new string('x', i % 300)}");
        }

        await using ShoalSeeder seeder = await ShoalSeeder.StartAsync(_home, content, ["--format", format]);

        (await ProgramRun.ToEndAsync(_home, seeder.Get(_home.Folder("to")))).Ended(0);

        Assert.Empty(SampleContent.Differences(content, _home.File("to")));
    }

    private string Sparse(string folder, long length)
    {
        string path = Path.Combine(_home.Folder(folder), "large.bin");
        using FileStream file = File.Create(path);
        file.SetLength(length);
        return path;
    }
}
