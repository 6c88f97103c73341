using System.Collections.Immutable;
using Shoal.Cli.Parsing;

namespace Shoal.Cli.Tests.Parsing;

public sealed class PiecePartsTests
{
    [Fact]
    public void Shares_are_read_as_fractions()
    {
        Assert.True(PieceParts.TryShares("0-20%, 40%-60.5%", out ImmutableArray<(double, double)> value, out _));
        Assert.Equal([(0, 0.2), (0.4, 0.605)], value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("20%")]
    [InlineData("0-20")]
    [InlineData("20-20%")]
    [InlineData("40-20%")]
    [InlineData("0-101%")]
    [InlineData("0-20%,")]
    [InlineData("-5-20%")]
    [InlineData("a-b%")]
    public void What_is_no_list_of_shares_is_refused(string text) =>
        Assert.False(PieceParts.TryShares(text, out _, out _));

    [Fact]
    public void Piece_numbers_are_read_singly_and_as_ranges()
    {
        Assert.True(PieceParts.TryNumbers("7, 3,12-14,3", out ImmutableSortedSet<int> value, out _));
        Assert.Equal([3, 7, 12, 13, 14], value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("3,,4")]
    [InlineData("5-3")]
    [InlineData("-3")]
    [InlineData("3-")]
    [InlineData("x")]
    [InlineData("2097152")]
    [InlineData("0-4294967295")]
    public void What_is_no_list_of_pieces_is_refused_before_it_grows(string text) =>
        Assert.False(PieceParts.TryNumbers(text, out _, out _));
}
