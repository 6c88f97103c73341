using System.Net;
using System.Text.Json;

namespace Shoal.Catalogue.Tests;

public sealed class RegisterTests
{
    private const string Hash = "0123456789abcdef0123456789abcdef01234567";
    private const string Other = "1123456789abcdef0123456789abcdef01234567";

    [Fact]
    public async Task A_file_is_found_by_name_and_hash_with_everything_that_was_said()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        RunningTracker.Reply made = await tracker.PostAsync("/register", """
            {"file_name":"Ä film.mkv","file_hash":"0123456789ABCDEF0123456789abcdef01234567","file_size":5000,
             "chunks":"0-2,4","ip":"192.168.1.5","port":6000,"tags":["Film","film","HD"],
             "info_hash":"ffffffffffffffffffffffffffffffffffffffff","piece_size":16384}
            """);
        Assert.Equal(HttpStatusCode.OK, made.Status);
        Assert.Equal("Peer registered successfully", made["message"].GetString());
        Assert.Equal(Hash, made["file_hash"].GetString());
        Assert.Equal(1, made["peers_count"].GetInt32());

        RunningTracker.Reply found = await tracker.GetAsync("/lookup?file_name=%C3%84+film.mkv");
        Assert.Equal(5000, found["file_size"].GetInt64());
        Assert.Equal("[0,1,2,4]", found["peers"][0].GetProperty("chunks").GetRawText());
        Assert.Equal("192.168.1.5", found["peers"][0].GetProperty("ip").GetString());
        Assert.Equal("[\"film\",\"hd\"]", found["tags"].GetRawText());
        Assert.Contains($"tr=http%3A%2F%2F127.0.0.1%3A{tracker.Server.Port}%2Fannounce",
            found["magnet"].GetString(), StringComparison.Ordinal);
        Assert.Equal(16384, found["piece_size"].GetInt32());
        Assert.Equal(Hash, (await tracker.GetAsync($"/lookup?file_hash={Hash}"))["file_hash"].GetString());
        string infoHash = new('F', 40);
        Assert.Equal(Hash, (await tracker.GetAsync($"/files/{infoHash}"))["file_hash"].GetString());
        RunningTracker.Reply ranges = await tracker.GetAsync($"/lookup?file_hash={Hash}&chunks=ranges");
        Assert.False(ranges["peers"][0].TryGetProperty("chunks", out _));
        Assert.Equal("0-2,4", ranges["peers"][0].GetProperty("chunk_ranges").GetString());
    }

    [Fact]
    public async Task The_same_endpoint_registers_once_and_the_address_of_the_request_is_taken_where_none_is_given()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        for (int i = 0; i < 3; i++) await tracker.PostAsync("/register", File("a", Hash));
        RunningTracker.Reply found = await tracker.GetAsync("/lookup?file_name=a");
        JsonElement peer = Assert.Single(found["peers"].EnumerateArray());
        Assert.Equal("127.0.0.1", peer.GetProperty("ip").GetString());
    }

    [Fact]
    public async Task Different_content_of_one_name_is_all_kept_and_the_most_shared_comes_first()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        await tracker.PostAsync("/register", File("a", Hash));
        await tracker.PostAsync("/register", File("a", Other, port: 1));
        await tracker.PostAsync("/register", File("a", Other, port: 2));
        RunningTracker.Reply found = await tracker.GetAsync("/lookup?file_name=a");
        Assert.Equal(Other, found["file_hash"].GetString());
        Assert.Equal(Hash, Assert.Single(found["others"].EnumerateArray()).GetProperty("file_hash").GetString());
        Assert.Equal(2, (await tracker.GetAsync("/files"))["total"].GetInt32());
    }

    [Fact]
    public async Task The_same_content_has_several_names_and_one_set_of_endpoints()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        await tracker.PostAsync("/register", File("a", Hash));
        await tracker.PostAsync("/register", File("b", Hash, port: 2));
        Assert.Equal(2, (await tracker.GetAsync("/lookup?file_name=a"))["peers"].GetArrayLength());
        RunningTracker.Reply wrong = await tracker.PostAsync("/register", File("c", Hash, size: 10));
        Assert.Equal(HttpStatusCode.Conflict, wrong.Status);
        Assert.Equal("This file_hash is known with file_size 9.", wrong.Error);
    }

    [Fact]
    public async Task Several_files_at_once_each_say_whether_they_are_registered()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        RunningTracker.Reply reply = await tracker.PostAsync("/register", $$"""
            {"ip":"10.0.0.1","port":5,"files":[
              {"file_name":"a","file_hash":"{{Hash}}","file_size":9},
              {"file_name":"../b","file_hash":"{{Other}}","file_size":9},
              null,
              {"file_name":"c","file_size":9}]}
            """);
        Assert.Equal([true, false, false, false],
            reply["results"].EnumerateArray().Select(r => r.GetProperty("success").GetBoolean()));
        Assert.Equal("file_name must be a name without a path.", reply["results"][1].GetProperty("error").GetString());
        Assert.Equal("file_hash is missing.", reply["results"][3].GetProperty("error").GetString());
        Assert.Equal("1 of 4 files were registered", reply["message"].GetString());
        Assert.Equal(1, (await tracker.GetAsync("/files"))["total"].GetInt32());
    }

    [Fact]
    public async Task Chunks_are_added_one_by_one_and_the_rarest_are_told()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        await tracker.PostAsync("/register", File("a", Hash, size: 4096));
        RunningTracker.Reply first = await tracker.PostAsync(
            "/chunks", $$"""{"file_hash":"{{Hash}}","chunk":2,"ip":"10.0.0.2","port":7}""");
        Assert.True(first["success"].GetBoolean());
        Assert.True(first["results"][0].GetProperty("success").GetBoolean());
        RunningTracker.Reply second = await tracker.PostAsync(
            "/chunks", """{"file_name":"a","chunks":[0],"ip":"10.0.0.2","port":7}""");
        Assert.Equal("0,2", second["chunk_ranges"].GetString());
        RunningTracker.Reply locations = await tracker.GetAsync("/locations?file_name=a");
        Assert.Equal(2, locations["count"].GetInt32());
        RunningTracker.Reply rarest = await tracker.GetAsync($"/rarest?file_hash={Hash}");
        Assert.Equal("""[{"holders":1,"count":2,"chunks":"1,3"},{"holders":2,"count":2,"chunks":"0,2"}]""",
            rarest["rarest"].GetRawText());
        RunningTracker.Reply beyond = await tracker.PostAsync(
            "/chunks", $$"""{"file_hash":"{{Hash}}","chunk":4,"port":7}""");
        Assert.Equal("The file has 4 chunks of 1024 bytes, from 0 on.", beyond.Error);
    }

    [Fact]
    public async Task Who_leaves_is_gone_with_the_files_that_nobody_else_has()
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        await tracker.PostAsync("/register", File("a", Hash));
        await tracker.PostAsync("/register", File("b", Other));
        await tracker.PostAsync("/register", File("b", Other, port: 2));
        RunningTracker.Reply one = await tracker.PostAsync("/leave", $$"""{"port":1,"file_hash":"{{Hash}}"}""");
        Assert.Equal("a", Assert.Single(one["results"].EnumerateArray()).GetProperty("file_name").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await tracker.GetAsync("/lookup?file_name=a")).Status);
        Assert.True((await tracker.PostAsync("/leave", """{"port":1}"""))["success"].GetBoolean());
        Assert.Single((await tracker.GetAsync("/lookup?file_name=b"))["peers"].EnumerateArray());
        RunningTracker.Reply again = await tracker.PostAsync("/leave", """{"port":1}""");
        Assert.False(again["success"].GetBoolean());
        Assert.Equal(0, again["results"].GetArrayLength());
    }

    [Theory]
    [InlineData("", "file_name is missing.")]
    [InlineData(".", "file_name is not the name of a file.")]
    [InlineData("a/b", "file_name must be a name without a path.")]
    [InlineData("a\\\\b", "file_name must be a name without a path.")]
    [InlineData("a\\u0000b", "file_name has characters that cannot be shown.")]
    [InlineData("a\\u001b[2Jb", "file_name has characters that cannot be shown.")]
    [InlineData("a\\u202etxt.exe", "file_name has characters that cannot be shown.")]
    public async Task A_name_that_could_harm_is_refused(string name, string error)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        RunningTracker.Reply reply = await tracker.PostAsync("/register", File(name, Hash));
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(error, reply.Error);
        string longest = new('ä', 127);
        Assert.Equal(HttpStatusCode.OK, (await tracker.PostAsync("/register", File(longest, Hash))).Status);
        Assert.Equal("file_name has more than 255 bytes.",
            (await tracker.PostAsync("/register", File(longest + "äa", Hash))).Error);
    }

    [Theory]
    [InlineData("\"port\":0", "port must be from 1 to 65535.")]
    [InlineData("\"port\":65536", "port must be from 1 to 65535.")]
    [InlineData("\"port\":1,\"ip\":\"0.0.0.0\"", "ip is not the address of one machine.")]
    [InlineData("\"port\":1,\"ip\":\"224.0.0.1\"", "ip is not the address of one machine.")]
    [InlineData("\"port\":1,\"ip\":\"example.org\"", "ip is no address such as 192.0.2.7 or 2001:db8::1.")]
    [InlineData("\"port\":1,\"ip\":\"1\"", "ip is no address such as 192.0.2.7 or 2001:db8::1.")]
    [InlineData("\"port\":1,\"file_size\":-1", "file_size must be from 0 to 17592186044416.")]
    [InlineData("\"port\":1,\"chunk_size\":5000000", "chunk_size must be from 1 to 4194304.")]
    [InlineData("\"port\":1,\"file_size\":17592186044416",
        "The file has more than 16777216 chunks: choose a larger chunk_size.")]
    [InlineData("\"port\":1,\"info_hash\":\"zz\"", "info_hash is not 40 hexadecimal digits.")]
    [InlineData("\"port\":1,\"tags\":[\"<b>\"]", "A tag is letters, digits and blanks, at most 40 characters.")]
    [InlineData("\"port\":1,\"file_hash\":\"a/b\"", "file_hash has characters that no hash has.")]
    public async Task A_value_out_of_range_is_refused(string fields, string error)
    {
        await using RunningTracker tracker = await RunningTracker.StartAsync();
        string size = fields.Contains("file_size", StringComparison.Ordinal) ? "" : "\"file_size\":9,";
        string hash = fields.Contains("file_hash", StringComparison.Ordinal) ? "" : $"\"file_hash\":\"{Hash}\",";
        RunningTracker.Reply reply =
            await tracker.PostAsync("/register", $$"""{"file_name":"a",{{hash}}{{size}}{{fields}}}""");
        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Equal(error, reply.Error);
    }

    private static string File(string name, string hash, int port = 1, int size = 9) =>
        $$"""{"file_name":"{{name}}","file_hash":"{{hash}}","file_size":{{size}},"port":{{port}}}""";
}
