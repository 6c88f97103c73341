using Shoal.Lab.Static;

namespace Shoal.Lab.Tests.Static;

public sealed class CommonConfigTests
{
    private static readonly string[] Good =
    [
        "NumberOfPreferredNeighbors 2", "UnchokingInterval 5", "OptimisticUnchokingInterval 15",
        "FileName TheFile.dat", "FileSize 10000232", "PieceSize 32768",
    ];

    [Fact]
    public void The_documented_file_is_read()
    {
        (CommonConfig config, IReadOnlyDictionary<string, int> lines) = CommonConfig.Parse("Common.cfg", Good);
        Assert.Equal(new CommonConfig { FileSize = 10_000_232 }, config);
        Assert.Equal(5, lines["FileSize"]);
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        CommonConfig config = new()
        {
            PreferredNeighbours = 3, UnchokingSeconds = 1, OptimisticSeconds = 2, FileName = "a film.mkv",
            FileSize = 5_000_000_000, PieceSize = 1 << 20,
        };
        Assert.Equal(config, CommonConfig.Parse("Common.cfg", config.Write().TrimEnd('\n').Split('\n')).Item1);
    }

    [Fact]
    public void The_defaults_are_those_of_the_documented_file()
    {
        CommonConfig config = new();
        Assert.Equal((2, 5, 15), (config.PreferredNeighbours, config.UnchokingSeconds, config.OptimisticSeconds));
        Assert.Equal(("TheFile.dat", 20_971_520, 32_768), (config.FileName, config.FileSize, config.PieceSize));
    }

    [Fact]
    public void Order_blanks_and_comments_do_not_matter()
    {
        string[] lines = ["# settings", "", .. Good.Reverse().Select(l => "  " + l.Replace(" ", "\t ") + " ")];
        Assert.Equal(10_000_232, CommonConfig.Parse("Common.cfg", lines).Item1.FileSize);
    }

    [Theory]
    [InlineData(0, "NumberOfPreferredNeighbors 0", "Common.cfg line 1: NumberOfPreferredNeighbors '0' is not a number")]
    [InlineData(0, "NumberOfPreferredNeighbors", "Common.cfg line 1: NumberOfPreferredNeighbors has no value.")]
    [InlineData(1, "UnchokingInterval five", "Common.cfg line 2: UnchokingInterval 'five' is not a number from 1")]
    [InlineData(1, "UnchokingInterval -5", "Common.cfg line 2: UnchokingInterval '-5' is not a number from 1")]
    [InlineData(2, "OptimisticInterval 15", "Common.cfg line 3: 'OptimisticInterval' is none of the settings")]
    [InlineData(2, "FileName x", "Common.cfg line 4: FileName stands in line 3 already.")]
    [InlineData(3, "FileName ../TheFile.dat", "Common.cfg line 4: FileName '../TheFile.dat' is no plain name")]
    [InlineData(4, "FileSize 0", "Common.cfg line 5: FileSize '0' is not a number of bytes from 1.")]
    [InlineData(4, "FileSize 99999999999999999999", "Common.cfg line 5: FileSize '99999999999999999999' is not")]
    [InlineData(5, "PieceSize 30000", "Common.cfg line 6: PieceSize 30000 is not a power of two from 16384")]
    [InlineData(5, "PieceSize 8192", "Common.cfg line 6: PieceSize 8192 is not a power of two from 16384")]
    [InlineData(5, "", "Common.cfg line 6: the file ends without PieceSize")]
    public void What_is_wrong_is_told_with_its_line(int index, string line, string sentence)
    {
        string[] lines = [.. Good];
        lines[index] = line;
        string said = Assert.Throws<LabException>(() => CommonConfig.Parse("some/Common.cfg", lines)).Message;
        Assert.StartsWith(sentence, said, StringComparison.Ordinal);
    }
}
