using System.Net;

namespace Shoal.Discovery.Tests;

/// <summary>What of an answer to a range request is believed.</summary>
public sealed class WebSeedJudgeTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly WebSeedRange Part = new(new Uri("http://h/f"), 100, 50, 1000);

    private static readonly WebSeedRange Whole = new(new Uri("http://h/f"), 0, 1000, 1000);

    [Theory]
    [InlineData("bytes 100-149/1000")]
    [InlineData("bytes 100-149/*")]
    public void The_part_that_was_asked_for_is_taken(string range) => Assert.Null(FaultOf(206, Part, range, 50));

    [Fact]
    public void A_part_of_unknown_length_is_taken() => Assert.Null(FaultOf(206, Part, "bytes 100-149/1000", null));

    // W01
    [Theory]
    [InlineData("bytes 0-49/1000", "another part")]
    [InlineData("bytes 100-148/1000", "another part")]
    [InlineData("bytes 100-150/1000", "another part")]
    [InlineData("bytes 101-150/1000", "another part")]
    [InlineData("bytes */1000", "without saying which")]
    [InlineData("items 100-149/1000", "without saying which")]
    [InlineData("bytes 100-149", "without saying which")]
    [InlineData("bytes -100-149/1000", "without saying which")]
    [InlineData("bytes 100-49/1000", "without saying which")]
    [InlineData("bytes 99999999999999999999-1/5", "without saying which")]
    [InlineData(null, "without saying which")]
    public void Another_range_is_a_fault_that_may_pass(string? range, string word) =>
        AssertPasses(word, FaultOf(206, Part, range, 50));

    [Theory]
    [InlineData(49)]
    [InlineData(51)]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(long.MaxValue)]
    public void Another_length_than_that_of_the_range_is_a_fault_that_may_pass(long length) =>
        AssertPasses("announced", FaultOf(206, Part, "bytes 100-149/1000", length));

    [Theory]
    [InlineData(999)]
    [InlineData(1001)]
    public void A_file_of_another_length_is_never_asked_for_again(long length)
    {
        AssertFinal("has a file of", FaultOf(206, Part, $"bytes 100-149/{length}", 50));
        AssertFinal("has a file of", FaultOf(200, Whole, null, length));
    }

    [Fact]
    public void A_server_without_ranges_will_do_for_whole_files_only()
    {
        Assert.Null(FaultOf(200, Whole, null, 1000));
        Assert.Null(FaultOf(200, Whole, null, null));
        AssertFinal("whole files only", FaultOf(200, Part, null, 50));
        AssertFinal("whole files only", FaultOf(200, Part, null, 1000));
        AssertFinal("whole files only", FaultOf(200, Whole with { Length = 999 }, null, 1000));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(410)]
    [InlineData(416)]
    public void What_is_not_there_is_never_asked_for_again(int status) =>
        AssertFinal($"status {status}", FaultOf(status, Part, null, 0));

    [Theory]
    [InlineData(100)]
    [InlineData(204)]
    [InlineData(304)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(599)]
    public void Any_other_status_is_a_fault_that_may_pass(int status) =>
        AssertPasses($"status {status}", FaultOf(status, Part, "bytes 100-149/1000", 50));

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("br", true)]
    [InlineData("identity", false)]
    public void A_body_that_is_encoded_is_not_taken(string encoding, bool isFault)
    {
        using HttpResponseMessage response = Answer(206, "bytes 100-149/1000", 50);
        response.Content.Headers.ContentEncoding.Add(encoding);
        WebSeedFault? fault = WebSeedJudge.FaultOf(response, Part, "S", Now);
        if (isFault) AssertPasses("compressed", fault);
        else Assert.Null(fault);
    }

    // W04
    [Theory]
    [InlineData("120", 120)]
    [InlineData("1000000000", 3600)]
    [InlineData("0", 0)]
    [InlineData("Tue, 01 Jan 2030 00:10:00 GMT", 600)]
    [InlineData("Fri, 01 Jan 2100 00:00:00 GMT", 3600)]
    [InlineData("Sat, 01 Jan 2000 00:00:00 GMT", 0)]
    [InlineData("99999999999999999999", null)]
    [InlineData("-5", null)]
    [InlineData("soon", null)]
    [InlineData(null, null)]
    public void A_busy_server_is_left_alone_for_as_long_as_it_says_but_an_hour_at_the_most(string? said, int? seconds)
    {
        foreach (int status in (int[])[429, 503])
        {
            using HttpResponseMessage response = Answer(status, null, 0);
            if (said is not null) response.Headers.TryAddWithoutValidation("Retry-After", said);
            WebSeedFault fault = Assert.IsType<WebSeedFault>(WebSeedJudge.FaultOf(response, Part, "S", Now));
            Assert.False(fault.IsFinal);
            Assert.Equal(seconds, fault.RetryAfter is { } wait ? (int)wait.TotalSeconds : null);
        }
    }

    private static WebSeedFault? FaultOf(int status, WebSeedRange asked, string? range, long? length)
    {
        using HttpResponseMessage response = Answer(status, range, length);
        return WebSeedJudge.FaultOf(response, asked, "S", Now);
    }

    private static HttpResponseMessage Answer(int status, string? range, long? length)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = new StreamContent(Stream.Null) };
        if (range is not null) response.Content.Headers.TryAddWithoutValidation("Content-Range", range);
        if (length is not null) response.Content.Headers.ContentLength = length;
        else response.Content.Headers.ContentLength = null;
        return response;
    }

    private static void AssertPasses(string word, WebSeedFault? fault)
    {
        Assert.NotNull(fault);
        Assert.False(fault.IsFinal);
        Assert.Contains(word, fault.Sentence, StringComparison.Ordinal);
    }

    private static void AssertFinal(string word, WebSeedFault? fault)
    {
        Assert.NotNull(fault);
        Assert.True(fault.IsFinal);
        Assert.Contains(word, fault.Sentence, StringComparison.Ordinal);
    }
}
