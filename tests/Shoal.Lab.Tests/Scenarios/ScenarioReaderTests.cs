using System.Collections.Immutable;
using System.Globalization;
using Shoal.Lab.Scenarios;

namespace Shoal.Lab.Tests.Scenarios;

public sealed class ScenarioReaderTests : IScenarioSyntax
{
    private const string Good = """
        # a comment
        [scenario]
        title = two seeders
        shows = something

        [file big.bin]
        size = 5000000

        [file small.bin]
        size = 100000
        piece-size = 65536

        [seeder]
        have = 0-50%
        files = big.bin
        up = 1000

        [seeders]
        count = 2
        missing = 1,3

        [downloader]
        file = small.bin
        up-per-peer = 500

        [expect]
        seconds <= 0.8 * test1.seconds
        from-peers >= 0.5
        """;

    [Fact]
    public void Everything_in_a_file_is_read()
    {
        Scenario scenario = Read(Good);
        Assert.Equal(("own", "two seeders", "something"), (scenario.Name, scenario.Title, scenario.Shows));
        Assert.Equal([new ScenarioFile("big.bin", 5_000_000, 32_768), new ScenarioFile("small.bin", 100_000, 65_536)],
            scenario.Files);
        Assert.Equal(["seeder 1", "seeder 2", "seeder 3"], scenario.Seeders.Select(s => s.Role));
        Assert.Equal(("0-50%", 1000), (scenario.Seeders[0].Have, scenario.Seeders[0].Up));
        Assert.Equal(["big.bin"], scenario.Seeders[0].Files);
        Assert.Equal(["big.bin", "small.bin"], scenario.Seeders[1].Files);
        Assert.Equal([1, 3], scenario.Seeders[2].Missing);
        Assert.Equal(500, Assert.Single(scenario.Downloaders).UpPerPeer);
        Assert.Equal(
            ["seconds <= 0.8 * test1.seconds", "from-peers >= 0.5"],
            scenario.Expectations.Select(e => e.ToString()));
    }

    [Theory]
    [InlineData("[scenario]\n", "", "own.scenario line 2: this stands before any section in [ ].")]
    [InlineData("[seeders]", "[seeders", "own.scenario line 18: '[seeders' does not end with ].")]
    [InlineData("[seeders]", "[servers]", "own.scenario line 18: [servers] is none of the sections")]
    [InlineData("[seeders]", "[scenario]", "own.scenario line 18: there is a [scenario] in line 2 already.")]
    [InlineData("title = two seeders", "shows2 = x", "own.scenario line 3: 'shows2' is none of the settings")]
    [InlineData("title = two seeders\n", "", "own.scenario line 2: there is no [scenario] with a title.")]
    [InlineData("title = two seeders", "title =", "own.scenario line 3: title has no value.")]
    [InlineData("shows = something", "title = again", "own.scenario line 4: title stands in line 3 already.")]
    [InlineData("[file small.bin]", "[file a/b]", "own.scenario line 9: a file needs a plain name")]
    [InlineData("[file small.bin]", "[file big.bin]", "own.scenario line 9: there is a file 'big.bin' already.")]
    [InlineData("size = 5000000", "size = big", "own.scenario line 7: size 'big' is not a number.")]
    [InlineData("size = 5000000", "size = 0", "own.scenario line 6: file 'big.bin' is empty")]
    [InlineData("size = 5000000", "path = no.bin", "own.scenario line 7: there is no file '")]
    [InlineData("size = 5000000\n", "", "own.scenario line 6: file 'big.bin' needs either a size or a path.")]
    [InlineData("have = 0-50%", "have = half", "own.scenario line 14: have 'half' is not shares.")]
    [InlineData("files = big.bin", "files = huge.bin", "own.scenario line 15: there is no [file huge.bin].")]
    [InlineData("up = 1000", "up = fast", "own.scenario line 16: up 'fast' is not a number.")]
    [InlineData("count = 2", "count = 0", "own.scenario line 19: count '0' is not a number from 1 to 100.")]
    [InlineData("count = 2", "count = 100", "own.scenario line 18: there are more than 100 seeders")]
    [InlineData("missing = 1,3", "missing = x", "own.scenario line 20: missing 'x' is not numbers.")]
    [InlineData("file = small.bin\n", "", "own.scenario line 22: a downloader wants one file")]
    [InlineData("seconds <= 0.8", "hours <= 0.8", "own.scenario line 27: 'hours' is none of the figures seconds,")]
    [InlineData("from-peers >= 0.5", "from-peers = 0.5", "own.scenario line 28: 'from-peers = 0.5' is not of the form")]
    [InlineData("[downloader]", "[seeder]", "own.scenario line 23: 'file' is none of the settings count, files")]
    public void What_is_wrong_is_told_with_its_line(string right, string wrong, string sentence)
    {
        Assert.Contains(right, Good, StringComparison.Ordinal);
        string text = Good.Replace(right, wrong, StringComparison.Ordinal);
        Assert.StartsWith(sentence, Assert.Throws<LabException>(() => Read(text)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[scenario]\ntitle = x\n")]
    [InlineData("[scenario]\ntitle = x\n[file a]\nsize = 1\n")]
    [InlineData("[scenario]\ntitle = x\n[file a]\nsize = 1\n[seeder]\n")]
    public void What_is_missing_is_told(string text) => Assert.Throws<LabException>(() => Read(text));

    [Theory]
    [InlineData(1, 16_384)]
    [InlineData(3_200_000, 16_384)]
    [InlineData(3_276_800, 32_768)]
    [InlineData(long.MaxValue, 4 << 20)]
    public void The_usual_piece_size_gives_a_hundred_pieces_or_more(long size, int pieceSize) =>
        Assert.Equal(pieceSize, ScenarioReader.UsualPieceSize(size));

    public bool TrySize(string text, out long value, out string expected)
    {
        expected = "a number";
        return long.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    public bool TryPieceSize(string text, out int value, out string expected)
    {
        expected = "a number";
        return int.TryParse(text, CultureInfo.InvariantCulture, out value);
    }

    public bool TryRate(string text, out long value, out string expected) => TrySize(text, out value, out expected);

    public bool AreShares(string text, out string expected)
    {
        expected = "shares";
        return text.EndsWith('%');
    }

    public bool TryNumbers(string text, out ImmutableSortedSet<int> value, out string expected)
    {
        expected = "numbers";
        value = [];
        if (text == "x") return false;
        value = [.. text.Split(',').Select(t => int.Parse(t, CultureInfo.InvariantCulture))];
        return true;
    }

    private Scenario Read(string text) => ScenarioReader.Read("some/own.scenario", text.Split('\n'), this);
}
