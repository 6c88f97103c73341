using Shoal.Protocol.Encryption;
using Shoal.TestKit;

namespace Shoal.Protocol.Tests.Encryption;

public sealed class Rc4Tests
{
    // RFC 6229: key, offset, key bytes there.
    [Theory]
    [InlineData("0102030405", 0, "b2396305f03dc027ccc3524a0a1118a8")]
    [InlineData("0102030405", 1024, "30abbcc7c20b01609f23ee2d5f6bb7df")]
    [InlineData("0102030405060708090a0b0c0d0e0f10", 0, "9ac7cc9a609d1ef7b2932899cde41b97")]
    [InlineData("0102030405060708090a0b0c0d0e0f10", 1024, "bdf0324e6083dcc6d3cedd3ca8c53c16")]
    [InlineData(
        "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20", 0, "eaa6bd25880bf93d3f5d1e4ca2611d91")]
    public void The_published_key_bytes_come_out(string key, int offset, string expected)
    {
        var stream = new Rc4(Convert.FromHexString(key));
        stream.Skip(offset);
        byte[] bytes = new byte[16];
        stream.Apply(bytes);
        Assert.Equal(expected, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Portions_of_any_size_give_the_same_stream()
    {
        byte[] whole = new byte[1000];
        new Rc4([1, 2, 3]).Apply(whole);
        for (int portion = 1; portion < 40; portion++)
        {
            byte[] parts = new byte[whole.Length];
            var stream = new Rc4([1, 2, 3]);
            for (int i = 0; i < parts.Length; i += portion)
                stream.Apply(parts.AsSpan(i, Math.Min(portion, parts.Length - i)));
            Assert.Equal(whole, parts);
        }
    }

    [Fact]
    public void A_fork_goes_on_by_itself()
    {
        var stream = new Rc4([9]);
        stream.Skip(77);
        byte[] ahead = new byte[100];
        stream.Fork().Apply(ahead);
        byte[] same = new byte[100];
        stream.Apply(same);
        Assert.Equal(ahead, same);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(257)]
    public void A_key_of_no_or_too_many_bytes_is_refused(int length) =>
        Assert.Throws<ArgumentException>(() => new Rc4(new byte[length]));

    [Fact]
    public void Encrypting_allocates_nothing()
    {
        var stream = new Rc4([1]);
        byte[] bytes = new byte[100_003];
        stream.Apply(bytes);
        Assert.Equal(0, Allocations.Least(() => stream.Apply(bytes)));
    }
}
