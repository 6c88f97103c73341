using Shoal.Cli.Lab;
using Shoal.Lab;
using Shoal.Lab.Scenarios;

namespace Shoal.Cli.Tests.Lab;

/// <summary>The eight scenarios that come with the program are what they say: counts, ranges, files.</summary>
public sealed class BuiltInTests
{
    private static readonly string[] Overlapping =
    [
        "0-20%", "10-30%", "20-40%", "30-50%", "40-60%", "50-70%", "60-80%", "70-90%", "80-100%",
    ];

    private static readonly ScenarioLibrary Library = new(new ScenarioSyntax());

    [Fact]
    public void Test1_has_three_seeders_that_lack_a_few_pieces_each_and_none_all_three()
    {
        Scenario scenario = Library.Find("test1");
        Assert.Equal(3, scenario.Seeders.Length);
        Assert.All(scenario.Seeders, s => Assert.InRange(s.Missing.Count, 1, 10));
        Assert.Empty(scenario.Seeders[0].Missing.Intersect(scenario.Seeders[1].Missing)
            .Intersect(scenario.Seeders[2].Missing));
        Assert.Equal(["1short_story_10x.txt"], Assert.Single(scenario.Downloaders).Files);
    }

    [Fact]
    public void Test2_has_five_seeders_with_a_fifth_each()
    {
        Scenario scenario = Library.Find("test2");
        Assert.Equal(["0-20%", "20-40%", "40-60%", "60-80%", "80-100%"], scenario.Seeders.Select(s => s.Have));
        Assert.Equal(["1short_story_10x.txt"], Assert.Single(scenario.Downloaders).Files);
        Assert.Equal(Library.Find("test1").Files[0], scenario.Files[0]);
    }

    [Theory]
    [InlineData("test3", "2short_story_100x.txt", 1)]
    [InlineData("test4", "3lorem_ipsum.txt", 1)]
    [InlineData("test5", "3lorem_ipsum.txt", 3)]
    public void Tests_3_to_5_have_nine_seeders_that_overlap(string name, string file, int downloaders)
    {
        Scenario scenario = Library.Find(name);
        Assert.Equal(Overlapping, scenario.Seeders.Select(s => s.Have));
        Assert.Equal(downloaders, scenario.Downloaders.Length);
        Assert.All(scenario.Downloaders, d => Assert.Equal([file], d.Files));
    }

    [Fact]
    public void Tests_4_and_5_differ_in_the_downloaders_alone()
    {
        Scenario four = Library.Find("test4");
        Scenario five = Library.Find("test5");
        Assert.Equal(four.Files, five.Files);
        Assert.Equal(four.Seeders.Select(s => (s.Have, s.Up)), five.Seeders.Select(s => (s.Have, s.Up)));
    }

    [Fact]
    public void Test6_has_four_downloaders_of_four_files_that_every_seeder_has_a_part_of()
    {
        Scenario scenario = Library.Find("test6");
        Assert.Equal(Overlapping, scenario.Seeders.Select(s => s.Have));
        Assert.All(scenario.Seeders, s => Assert.Equal(4, s.Files.Length));
        Assert.Equal(
            ["2short_story_100x.txt", "3lorem_ipsum.txt", "1short_story_10x.txt", "0short_story.txt"],
            scenario.Downloaders.Select(d => Assert.Single(d.Files)));
    }

    [Theory]
    [InlineData("test7", 5)]
    [InlineData("test8", 2)]
    public void Tests_7_and_8_have_one_seeder_with_everything(string name, int downloaders)
    {
        Scenario scenario = Library.Find(name);
        ScenarioPeer seeder = Assert.Single(scenario.Seeders);
        Assert.Null(seeder.Have);
        Assert.Empty(seeder.Missing);
        Assert.Equal(downloaders, scenario.Downloaders.Length);
        Assert.Equal(Library.Find("test7").Files[0], scenario.Files[0]);
        Assert.Equal(Library.Find("test7").Seeders[0].UpPerPeer, seeder.UpPerPeer);
    }

    [Fact]
    public void Files_grow_tenfold_as_their_names_say()
    {
        Scenario scenario = Library.Find("test6");
        long Size(string name) => scenario.Files.Single(f => f.Name == name).Size;
        Assert.Equal(10 * Size("0short_story.txt"), Size("1short_story_10x.txt"));
        Assert.Equal(100 * Size("0short_story.txt"), Size("2short_story_100x.txt"));
    }

    [Fact]
    public void What_a_scenario_is_compared_with_is_there()
    {
        foreach (string name in ScenarioLibrary.BuiltIn)
            foreach (Expectation expectation in Library.Find(name).Expectations)
                if (expectation.Other is { } other) Assert.NotNull(Library.FindBeside(other, null));
    }

    [Fact]
    public void A_name_that_nobody_knows_is_not_found() =>
        Assert.True(Assert.Throws<LabException>(() => Library.Find("test9")).IsNotFound);
}
