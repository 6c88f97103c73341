using System.Security.Cryptography;

namespace Shoal.Lab.Tests;

public sealed class NoiseFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shoal-lab-tests-").FullName;

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

    private async Task<string> MakeAsync(string name, int bytes)
    {
        string path = Path.Combine(_folder, name);
        await NoiseFile.WriteAsync(path, bytes, CancellationToken.None);
        return path;
    }
}
