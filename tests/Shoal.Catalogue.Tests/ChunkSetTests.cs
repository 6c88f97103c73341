using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol.Catalogues;

namespace Shoal.Catalogue.Tests;

public sealed class ChunkSetTests
{
    [Fact]
    public void Whatever_numbers_go_in_come_out_of_text_bytes_and_json() => Prop.ForAll(Numbers(), numbers =>
    {
        var set = ChunkSet.Of(numbers.Select(n => (n, n + 1)))!;
        Assert.Equal(numbers.Distinct().Order(), All(set));
        Assert.Equal(numbers.Distinct().Count(), set.Count);
        Assert.True(ChunkSet.TryParse(set.ToString(), out ChunkSet? parsed));
        Assert.Equal(set, parsed);
        Assert.Equal(set, ChunkSet.FromBytes(set.ToBytes()));
        string json = JsonSerializer.Serialize(new ChunkRequest { Chunks = set }, CatalogueJson.Default.ChunkRequest);
        Assert.Equal(set, JsonSerializer.Deserialize(json, CatalogueJson.Default.ChunkRequest)!.Chunks);
        Assert.All(Enumerable.Range(0, 200), n => Assert.Equal(numbers.Contains(n), set.Contains(n)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_union_holds_what_either_holds_and_Below_cuts() => Prop.ForAll(Numbers(), Numbers(), (a, b) =>
    {
        ChunkSet union = Of(a).Union(Of(b))!;
        Assert.Equal(a.Union(b).Order(), All(union));
        Assert.Equal(a.Union(b).Where(n => n < 50).Order(), All(union.Below(50)));
    }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("5-3")]
    [InlineData("-1")]
    [InlineData("1,,2")]
    [InlineData("0-16777216")]
    [InlineData("99999999999")]
    [InlineData("1;2")]
    [InlineData("0x10")]
    public void Text_that_is_no_list_of_ranges_is_refused(string text) =>
        Assert.False(ChunkSet.TryParse(text, out _));

    [Theory]
    [InlineData("[-1]")]
    [InlineData("[1.5]")]
    [InlineData("[\"1\"]")]
    [InlineData("[[1]]")]
    [InlineData("[16777216]")]
    [InlineData("{}")]
    [InlineData("true")]
    [InlineData("[1")]
    public void Json_that_is_no_list_of_chunks_is_refused(string json) => Assert.ThrowsAny<JsonException>(
        () => JsonSerializer.Deserialize($"{{\"chunks\":{json}}}", CatalogueJson.Default.ChunkRequest));

    [Fact]
    public void More_ranges_than_a_set_may_have_are_refused_in_every_form()
    {
        int[] odd = [.. Enumerable.Range(0, ChunkSet.MaxRanges + 1).Select(n => 2 * n)];
        Assert.Null(ChunkSet.Of(odd.Select(n => (n, n + 1))));
        Assert.False(ChunkSet.TryParse(string.Join(',', odd), out _));
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(
            $"{{\"chunks\":[{string.Join(',', odd)}]}}", CatalogueJson.Default.ChunkRequest));
        ChunkSet most = Of(odd[..^1]);
        Assert.Null(most.Union(Of([odd[^1]])));
        Assert.NotNull(ChunkSet.FromBytes(most.ToBytes()));
        Assert.Null(ChunkSet.FromBytes([.. most.ToBytes(), 1, 1]));
    }

    [Fact]
    public void Bytes_that_were_never_written_are_refused_or_a_set_and_never_a_fault() => Prop.ForAll(
        ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            if (ChunkSet.FromBytes(bytes) is { } set) Assert.Equal(set.Count, All(set).Length);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(0, 1024)]
    [InlineData(64L * 1024 * 1024, 1024)]
    [InlineData(64L * 1024 * 1024 + 1, 2048)]
    [InlineData(1L << 44, 4 * 1024 * 1024)]
    public void Large_files_get_large_chunks(long size, int chunk)
    {
        Assert.Equal(chunk, ChunkGeometry.Choose(size));
        var geometry = new ChunkGeometry(size, chunk);
        Assert.InRange(geometry.Count, 0, ChunkSet.MaxChunks);
        if (size > 0) Assert.Equal(size, geometry.Offset(geometry.Count - 1) + geometry.Length(geometry.Count - 1));
    }

    private static ChunkSet Of(int[] numbers) => ChunkSet.Of(numbers.Select(n => (n, n + 1)))!;

    private static int[] All(ChunkSet set) =>
        [.. set.Ranges.SelectMany(r => Enumerable.Range(r.First, r.End - r.First))];

    private static Arbitrary<int[]> Numbers() => Gen.Choose(0, 120).ArrayOf().ToArbitrary();
}
