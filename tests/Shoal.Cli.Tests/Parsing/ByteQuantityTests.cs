using Shoal.Cli.Parsing;

namespace Shoal.Cli.Tests.Parsing;

public sealed class ByteQuantityTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("4096", 4096)]
    [InlineData("500KiB", 500 * 1024)]
    [InlineData("500kib", 500 * 1024)]
    [InlineData("10MB", 10_000_000)]
    [InlineData("2M", 2 * 1024 * 1024)]
    [InlineData("2Mi", 2 * 1024 * 1024)]
    [InlineData("1.5GiB", 1536L * 1024 * 1024)]
    [InlineData("3 MiB", 3 * 1024 * 1024)]
    [InlineData("7B", 7)]
    [InlineData("1kb", 1000)]
    [InlineData(".5K", 512)]
    [InlineData("8191P", 8191L << 50)]
    public void Sizes_are_read_with_binary_and_decimal_units(string text, long bytes)
    {
        Assert.True(ByteQuantity.TrySize(text, out long value, out _));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("M")]
    [InlineData("-1")]
    [InlineData("1e9")]
    [InlineData("1,5M")]
    [InlineData("5Q")]
    [InlineData("5KiBB")]
    [InlineData("5iB")]
    [InlineData("1..5M")]
    [InlineData("8192P")]
    [InlineData("99999999999999999999999999999999999999999999")]
    [InlineData("٣M")]
    public void What_is_no_size_is_refused_with_an_example(string text)
    {
        Assert.False(ByteQuantity.TrySize(text, out _, out string expected));
        Assert.Contains("500KiB", expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unlimited", 0)]
    [InlineData("0", 0)]
    [InlineData("10MB/s", 10_000_000)]
    [InlineData("1K/S", 1024)]
    public void Rates_may_end_in_per_second_and_be_unlimited(string text, long bytes)
    {
        Assert.True(ByteQuantity.TryRate(text, out long value, out _));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("auto", 0)]
    [InlineData("16KiB", 16 << 10)]
    [InlineData("1M", 1 << 20)]
    [InlineData("512MiB", 512 << 20)]
    public void Piece_sizes_are_powers_of_two_or_chosen_by_the_program(string text, int bytes)
    {
        Assert.True(ByteQuantity.TryPieceSize(text, out int value, out _));
        Assert.Equal(bytes, value);
    }

    [Theory]
    [InlineData("8KiB")]
    [InlineData("1GiB")]
    [InlineData("1MB")]
    [InlineData("100000")]
    [InlineData("0")]
    public void Piece_sizes_outside_the_format_are_refused(string text) =>
        Assert.False(ByteQuantity.TryPieceSize(text, out _, out _));
}
