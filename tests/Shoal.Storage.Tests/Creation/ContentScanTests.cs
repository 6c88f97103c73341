using Shoal.Storage.Creation;
using Shoal.Storage.Tests.Fakes;

namespace Shoal.Storage.Tests.Creation;

public sealed class ContentScanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Files_come_in_the_order_of_their_bytes_hidden_ones_too()
    {
        string[] names = ["b", "a.b", "a/z", "a/B", ".hidden", "\ud83d\ude00", "\uffe5"];
        foreach (string name in names) Put("t/" + name);
        ContentScan scan = Scan("t");
        Assert.Equal("t", scan.Name);
        Assert.False(scan.IsSingleFile);
        Assert.Equal(
            [".hidden", "a/B", "a/z", "a.b", "b", "\uffe5", "\ud83d\ude00"],
            scan.Files.Select(f => string.Join('/', f.Path)));
        Assert.Equal(7, scan.TotalLength);
    }

    [Theory]
    [InlineData("one.bin")]
    [InlineData("link.bin")]
    public void A_file_is_itself_even_through_a_link(string name)
    {
        Put("one.bin");
        File.CreateSymbolicLink(_folder["link.bin"], "one.bin");
        ContentScan scan = Scan(name);
        Assert.True(scan.IsSingleFile);
        Assert.Equal(name, scan.Name);
        Assert.Equal([name], scan.Files.Single().Path);
        Assert.Equal(1, scan.TotalLength);
    }

    [Fact]
    public void Links_in_a_folder_are_left_out_and_counted()
    {
        Put("t/a");
        Put("secret");
        File.CreateSymbolicLink(_folder["t/file"], "../secret");
        Directory.CreateSymbolicLink(_folder["t/loop"], ".");
        File.CreateSymbolicLink(_folder["t/broken"], "nowhere");
        ContentScan scan = Scan("t/");
        Assert.Equal(["a"], scan.Files.Select(f => f.Path[^1]));
        Assert.Equal(3, scan.SkippedLinks);
    }

    [Fact]
    public void What_cannot_be_shared_is_told_in_a_sentence()
    {
        Directory.CreateDirectory(_folder["none"]);
        Directory.CreateDirectory(_folder["empty"]);
        File.WriteAllBytes(_folder["empty/a"], []);
        Assert.Contains("does not exist", Refusal("nowhere"), StringComparison.Ordinal);
        Assert.Contains("has no files in it", Refusal("none"), StringComparison.Ordinal);
        Assert.Contains("only files of 0 bytes", Refusal("empty"), StringComparison.Ordinal);
        Assert.Contains("only files of 0 bytes", Refusal("empty/a"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_is_known_as_one()
    {
        Put("t/run");
        Put("t/text");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(_folder["t/run"], UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal([!OperatingSystem.IsWindows(), false], Scan("t").Files.Select(f => f.IsExecutable));
    }

    [Fact]
    public void A_cancelled_scan_ends()
    {
        Put("t/a");
        Assert.Throws<OperationCanceledException>(
            () => ContentScan.Of(_folder["t"], new CancellationToken(canceled: true), out _));
    }

    [Fact]
    public void Files_of_no_bytes_are_taken_beside_others_and_their_refusal_says_so()
    {
        Directory.CreateDirectory(_folder["empties"]);
        File.WriteAllBytes(_folder["empties/a"], []);
        Assert.EndsWith(
            "holds only files of 0 bytes, which a torrent can carry only beside other files. "
            + "Add a file that is not empty, or share an archive of it.",
            Refusal("empties"),
            StringComparison.Ordinal);
        Put("empties/b");
        Assert.Equal([0L, 1L], Scan("empties").Files.Select(file => file.Length));
    }

    private void Put(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.WriteAllBytes(_folder[path], [1]);
    }

    private ContentScan Scan(string path)
    {
        Assert.Null(ContentScan.Of(_folder[path], CancellationToken.None, out ContentScan? scan));
        return scan!;
    }

    private string Refusal(string path)
    {
        StorageError? error = ContentScan.Of(_folder[path], CancellationToken.None, out ContentScan? scan);
        Assert.Null(scan);
        return error!.Sentence;
    }
}
