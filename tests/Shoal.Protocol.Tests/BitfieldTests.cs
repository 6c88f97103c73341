using Shoal.Protocol;

namespace Shoal.Protocol.Tests;

public sealed class BitfieldTests
{
    [Fact]
    public void Piece_zero_is_the_high_bit_of_the_first_byte()
    {
        var set = new Bitfield(10);
        set.Set(0);
        set.Set(9);
        byte[] wire = new byte[set.WireLength];
        set.Write(wire);
        Assert.Equal([0x80, 0x40], wire);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Every_length_survives_the_wire_with_every_third_piece(int length)
    {
        var set = new Bitfield(length);
        for (int i = 0; i < length; i += 3) set.Set(i);
        byte[] wire = new byte[set.WireLength];
        set.Write(wire);
        Assert.True(Bitfield.TryRead(wire, length, out Bitfield read));
        Assert.Equal(set.Count, read.Count);
        for (int i = 0; i < length; i++) Assert.Equal(i % 3 == 0, read[i]);
    }

    [Fact]
    public void A_spare_bit_or_a_wrong_length_is_refused()
    {
        Assert.False(Bitfield.TryRead([0xff, 0x20], 10, out _));
        Assert.False(Bitfield.TryRead([0xff], 10, out _));
        Assert.False(Bitfield.TryRead([0xff, 0, 0], 10, out _));
        Assert.True(Bitfield.TryRead([0xff, 0xc0], 10, out Bitfield full));
        Assert.True(full.IsFull);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(130)]
    public void Next_set_and_next_clear_walk_the_whole_set(int length)
    {
        var set = new Bitfield(length);
        Assert.Equal(-1, set.NextSet(0));
        Assert.Equal(0, set.NextClear(0));
        set.SetAll();
        Assert.Equal(length, set.Count);
        Assert.Equal(-1, set.NextClear(0));
        set.Clear(length - 1);
        Assert.Equal(length - 1, set.NextClear(0));
        Assert.Equal(-1, set.NextSet(length - 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(200)]
    public void Next_common_finds_exactly_the_pieces_in_both_sets(int length)
    {
        var twos = new Bitfield(length);
        var threes = new Bitfield(length);
        for (int i = 0; i < length; i += 2) twos.Set(i);
        for (int i = 0; i < length; i += 3) threes.Set(i);
        var found = new List<int>();
        for (int i = twos.NextCommon(threes, 0); i >= 0; i = twos.NextCommon(threes, i + 1)) found.Add(i);
        Assert.Equal(Enumerable.Range(0, length).Where(i => i % 6 == 0), found);
    }
}
