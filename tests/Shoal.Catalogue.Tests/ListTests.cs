using System.Net;

namespace Shoal.Catalogue.Tests;

public sealed class ListTests
{
    [Theory]
    [InlineData("q=climb", "Climbing_2024.jpg")]
    [InlineData("q=2024+jpg", "Climbing_2024.jpg")]
    [InlineData("q=bear+brown", "bear.jpg")]
    [InlineData("q=jpg&sort=name", "bear.jpg,Climbing_2024.jpg")]
    [InlineData("q=%22%27%3B--", "zoo (copy).tar.gz,Climbing_2024.jpg,bear.jpg")]
    [InlineData("q=nothing", "")]
    [InlineData("q=bear+OR+zoo", "")]
    [InlineData("q=zoo+copy", "zoo (copy).tar.gz")]
    [InlineData("tag=animal&sort=size&order=asc", "bear.jpg,zoo (copy).tar.gz")]
    [InlineData("tag=ANIMAL&q=zoo", "zoo (copy).tar.gz")]
    [InlineData("sort=size", "zoo (copy).tar.gz,Climbing_2024.jpg,bear.jpg")]
    [InlineData("sort=size&limit=1&offset=1", "Climbing_2024.jpg")]
    [InlineData("sort=seeders&limit=1&offset=1", "Climbing_2024.jpg")]
    [InlineData("sort=peers&limit=1", "zoo (copy).tar.gz")]
    [InlineData("limit=0", "")]
    public async Task Files_are_found_by_words_and_tags_in_the_order_asked_for(string query, string names)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        await RegisterAsync(tracker);
        RunningTracker.Reply list = await tracker.GetAsync("/files?" + query);
        Assert.Equal(HttpStatusCode.OK, list.Status);
        Assert.Equal(names, string.Join(',', list["files"].EnumerateArray()
            .Select(f => f.GetProperty("file_name").GetString())));
        int onAll = query.Contains("limit", StringComparison.Ordinal) ? 3 : list["count"].GetInt32();
        Assert.Equal(onAll, list["total"].GetInt32());
    }

    [Theory]
    [InlineData("limit=501", "limit must be from 0 to 500.")]
    [InlineData("limit=-1", "limit must be from 0 to 500.")]
    [InlineData("offset=x", "offset must be from 0 to 1000000.")]
    [InlineData("sort=colour", "sort must be added, name, size, peers, seeders, leechers or completed.")]
    [InlineData("order=up", "order must be asc or desc.")]
    public async Task A_query_out_of_range_is_refused(string query, string error)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        RunningTracker.Reply list = await tracker.GetAsync("/files?" + query);
        Assert.Equal(HttpStatusCode.BadRequest, list.Status);
        Assert.Equal(error, list.Error);
    }

    [Fact]
    public async Task Figures_of_the_swarm_stand_beside_each_file()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        await tracker.PostAsync("/register", """
            {"file_name":"a","file_hash":"x1","file_size":9,"port":1,
             "info_hash":"6161616161616161616161616161616161616161"}
            """);
        foreach ((int port, int left) in ((int, int)[])[(1, 0), (2, 5), (3, 5)])
            await tracker.GetAsync($"/announce?info_hash=aaaaaaaaaaaaaaaaaaaa&peer_id=bbbbbbbbbbbbbbbbbbbb"
                + $"&port={port}&left={left}");
        RunningTracker.Reply entry = await tracker.GetAsync("/files/x1");
        Assert.Equal((1, 2), (entry["seeders"].GetInt32(), entry["leechers"].GetInt32()));
        Assert.Equal("weak", entry["health"].GetString());
    }

    [Fact]
    public async Task An_empty_catalogue_lists_nothing()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        RunningTracker.Reply list = await tracker.GetAsync("/files");
        Assert.Equal("""{"files":[],"count":0,"total":0,"offset":0}""", list.Text);
    }

    private static async Task RegisterAsync(RunningTracker tracker)
    {
        await tracker.PostAsync("/register", """
            {"port":1,"files":[
              {"file_name":"bear.jpg","file_hash":"h1","file_size":10,"tags":["animal","brown"]},
              {"file_name":"Climbing_2024.jpg","file_hash":"h2","file_size":20},
              {"file_name":"zoo (copy).tar.gz","file_hash":"h3","file_size":30,"tags":["animal"]}]}
            """);
        await tracker.PostAsync("/register", """
            {"port":2,"file_name":"zoo (copy).tar.gz","file_hash":"h3","file_size":30}
            """);
    }
}
