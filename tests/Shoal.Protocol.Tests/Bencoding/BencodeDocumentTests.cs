using System.Text;
using Shoal.Protocol.Bencoding;
using Shoal.TestKit;

namespace Shoal.Protocol.Tests.Bencoding;

public sealed class BencodeDocumentTests
{
    public static readonly TheoryData<string> Canonical =
    [
        "i0e", "i-3e", "i9223372036854775807e", "i-9223372036854775807e", "i-9223372036854775808e", "0:", "le", "de",
        "d3:cow3:moo4:spam4:eggse", "d4:spaml1:a1:bee", "d3:a\0bi1ee", "4:spam", "l4:spam4:eggsi-3ee",
        "d0:0:1:ai1ee", "lllleeee", "d1:a0:2:aa0:1:b0:e",
    ];

    public static readonly TheoryData<string> Broken =
    [
        "", " ", "e", "ie", "i-e", "i-", "i10", "i6z4e", "i35412-5633e", "i184467440737095516154e", "-10:foobar",
        "18446744073709551615:foobar", "99999999999999999999:boat", "99999999:foobar", "4:boa", "100:..", "l2:..",
        "l2:..0", "d1:ai1e1:be", "di5e1:ae", "di2ei0ee", "d1000:..e", "d1000", "df00:", "d20:", "lllee",
        "2147483648:aaaaaaaaaa", "4294967295:aaaaaaaaaa", "9223372036854775808:aaaaaaaaaa", "i--1e", "i+1e", "i 1e",
        "i9223372036854775808e", "i-9223372036854775809e", "+1:a", ":a", "1a", "de1:a", "d1:a1:be0:", "dle1:ae",
        "d1:ae", "i1.5e", "1", "5", "d", "l", "i", "d1:a", "d1:ad", "D", "\0",
    ];

    public static readonly TheoryData<string, BencodeFlaws> Flawed = new()
    {
        { "i-0e", BencodeFlaws.NegativeZero },
        { "i01e", BencodeFlaws.LeadingZeros },
        { "i-03e", BencodeFlaws.LeadingZeros },
        { "i00e", BencodeFlaws.LeadingZeros },
        { "06:foobar", BencodeFlaws.LeadingZeros },
        { "d2:bai1e2:aai2ee", BencodeFlaws.UnsortedKeys },
        { "d2:aai1e2:aai2ee", BencodeFlaws.DuplicateKeys },
        { "d1:ade1:ai02ee", BencodeFlaws.DuplicateKeys | BencodeFlaws.LeadingZeros },
        { "ld1:b0:1:a0:ee", BencodeFlaws.UnsortedKeys },
    };

    [Theory]
    [MemberData(nameof(Canonical))]
    public void Canonical_values_parse_without_a_flaw_and_keep_their_bytes(string text)
    {
        BencodeDocument document = Parse(text);
        Assert.True(document.IsCanonical);
        Assert.Equal(text.Length, document.ConsumedBytes);
        Assert.Equal(text, Encoding.Latin1.GetString(document.Root.Raw));
    }

    [Theory]
    [MemberData(nameof(Canonical))]
    public void Every_truncation_is_an_error_and_never_more(string text)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        for (int length = 0; length < bytes.Length; length++)
        {
            ReadOnlyMemory<byte> cut = bytes.AsMemory(0, length);
            Assert.False(BencodeDocument.TryParse(cut, BencodeLimits.Torrent, out _, out BencodeError error));
            Assert.Equal(BencodeErrorKind.Truncated, error.Kind);
            Assert.InRange(error.Offset, 0, length);
        }
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_values_give_an_error_with_a_place(string text)
    {
        BencodeError error = Fail(text, BencodeLimits.Torrent);
        Assert.NotEqual(BencodeErrorKind.None, error.Kind);
        Assert.InRange(error.Offset, 0, text.Length);
        Fail(text, BencodeLimits.PeerMessage with { AllowTrailingBytes = false });
    }

    [Theory]
    [MemberData(nameof(Flawed))]
    public void Flawed_values_parse_and_say_so(string text, BencodeFlaws flaws)
    {
        BencodeDocument document = Parse(text);
        Assert.Equal(flaws, document.Flaws);
        Assert.False(document.IsCanonical);
    }

    [Theory]
    [InlineData("i0004e", 4)]
    [InlineData("i-0e", 0)]
    [InlineData("i-03e", -3)]
    [InlineData("i00000000000000000000000000000000000000007e", 7)]
    [InlineData("i9223372036854775807e", long.MaxValue)]
    [InlineData("i-9223372036854775808e", long.MinValue)]
    public void Integers_have_their_value_also_when_flawed(string text, long value) =>
        Assert.Equal(value, Parse(text).Root.Integer);

    [Theory]
    [InlineData("i", BencodeErrorKind.Truncated, 1)]
    [InlineData("i6z4e", BencodeErrorKind.UnexpectedByte, 2)]
    [InlineData("d1:ae", BencodeErrorKind.MissingValue, 4)]
    [InlineData("di2ei0ee", BencodeErrorKind.KeyNotString, 1)]
    [InlineData("l2:..9:abc", BencodeErrorKind.Truncated, 5)]
    [InlineData("4294967295:a", BencodeErrorKind.Overflow, 0)]
    [InlineData("i0e0:", BencodeErrorKind.TrailingBytes, 3)]
    public void Errors_name_the_kind_and_the_byte(string text, BencodeErrorKind kind, int offset) =>
        Assert.Equal(new BencodeError(kind, offset), Fail(text, BencodeLimits.Torrent));

    [Fact]
    public void Trailing_bytes_are_left_over_where_they_are_allowed()
    {
        byte[] bytes = "d8:msg_typei1e5:piecei0ee\xff\xffgarbage"u8.ToArray();
        Assert.True(BencodeDocument.TryParse(bytes, BencodeLimits.PeerMessage, out BencodeDocument? document, out _));
        Assert.Equal(25, document.ConsumedBytes);
        Assert.False(BencodeDocument.TryParse(bytes, BencodeLimits.Torrent, out _, out _));
    }

    [Fact]
    public void Depth_is_limited_exactly()
    {
        string hundred = new string('l', 100) + new string('e', 100);
        Parse(hundred);
        Assert.Equal(new BencodeError(BencodeErrorKind.TooDeep, 100), Fail("l" + hundred + "e", BencodeLimits.Torrent));
        Assert.Equal(BencodeErrorKind.TooDeep, Fail(new string('l', 1024), BencodeLimits.Torrent).Kind);
        Assert.Equal(BencodeErrorKind.Truncated, Fail(new string('l', 1024), new BencodeLimits(1024, 2000)).Kind);
        Assert.Equal(BencodeErrorKind.TooDeep, Fail("le", new BencodeLimits(0, 10)).Kind);
    }

    [Fact]
    public void Tokens_are_limited_exactly()
    {
        Parse("l" + string.Concat(Enumerable.Repeat("0:", 99)) + "e", new BencodeLimits(10, 100));
        Assert.Equal(
            BencodeErrorKind.TooManyTokens,
            Fail("l" + string.Concat(Enumerable.Repeat("0:", 100)) + "e", new BencodeLimits(10, 100)).Kind);
    }

    [Fact]
    public void Ten_megabytes_of_empty_strings_end_at_the_token_limit()
    {
        byte[] bytes = new byte[10_000_000];
        bytes[0] = (byte)'l';
        for (int i = 1; i + 1 < bytes.Length; i += 2) "0:"u8.CopyTo(bytes.AsSpan(i));
        Assert.False(BencodeDocument.TryParse(bytes, BencodeLimits.Torrent, out _, out BencodeError error));
        Assert.Equal(new BencodeError(BencodeErrorKind.TooManyTokens, 1 + 2 * 2_999_999), error);
    }

    [Fact]
    public void A_huge_string_length_costs_no_memory()
    {
        byte[] bytes = "2147483647:aaaaaaaaaa"u8.ToArray();
        long allocated = Allocations.Least(
            () => Assert.False(BencodeDocument.TryParse(bytes, BencodeLimits.Torrent, out _, out _)));
        Assert.InRange(allocated, 0, 4096);
    }

    [Fact]
    public void Keys_are_bytes_and_not_text()
    {
        BencodeDocument document = Parse("d3:a\0bi1e2:\xff\xfei2ee");
        Assert.True(document.Root.TryGetInteger("a\0b"u8, out long one));
        Assert.True(document.Root.TryGetInteger([0xff, 0xfe], out long two));
        Assert.Equal((1, 2), (one, two));
        Assert.False(document.Root.TryGet("a"u8, out BencodeNode none));
        Assert.Equal(BencodeKind.None, none.Kind);
    }

    [Fact]
    public void A_walk_over_a_nested_value_sees_each_child_once()
    {
        BencodeNode root = Parse("d1:ad1:xl1:yi1ee1:z0:e1:bl0:lee1:ci3ee").Root;
        var keys = new List<string>();
        foreach (BencodeEntry entry in root.Entries)
            keys.Add($"{Encoding.ASCII.GetString(entry.Key)}={Encoding.ASCII.GetString(entry.Value.Raw)}");
        Assert.Equal(["a=d1:xl1:yi1ee1:z0:e", "b=l0:lee", "c=i3e"], keys);
        Assert.True(root.TryGet("b"u8, out BencodeNode list));
        var kinds = new List<BencodeKind>();
        foreach (BencodeNode item in list.Items) kinds.Add(item.Kind);
        Assert.Equal([BencodeKind.String, BencodeKind.List], kinds);
    }

    [Fact]
    public void Asking_a_value_of_another_kind_finds_nothing()
    {
        BencodeNode root = Parse("d1:ai1e1:s1:xe").Root;
        Assert.False(root.TryGetString("a"u8, out _));
        Assert.False(root.TryGetInteger("s"u8, out _));
        Assert.False(root.TryGet("a"u8, BencodeKind.List, out _));
        Assert.True(root.TryGet("a"u8, BencodeKind.Integer, out BencodeNode a));
        Assert.True(a.Bytes.IsEmpty);
        Assert.False(a.Items.MoveNext());
        Assert.False(default(BencodeNode).Entries.MoveNext());
        Assert.True(default(BencodeNode).Raw.IsEmpty);
        Assert.Throws<InvalidOperationException>(() => root.Integer);
    }

    [Fact]
    public void The_first_of_two_equal_keys_wins()
    {
        Assert.True(Parse("d2:aai1e2:aai2ee").Root.TryGetInteger("aa"u8, out long value));
        Assert.Equal(1, value);
    }

    [Fact]
    public void Walking_allocates_nothing()
    {
        BencodeNode root = Parse("d1:ad1:xl1:yi1ee1:z0:e1:bl0:lee1:ci3ee").Root;
        Walk(root);
        long sum = 0;
        Assert.Equal(0, Allocations.Least(() => sum = Walk(root)));
        Assert.Equal(4, sum);
    }

    private static long Walk(BencodeNode node)
    {
        long sum = node.TryGetInteger(out long value) ? value : 0;
        foreach (BencodeEntry entry in node.Entries) sum += Walk(entry.Value);
        foreach (BencodeNode item in node.Items) sum += Walk(item);
        return sum;
    }

    private static BencodeDocument Parse(string text) => Parse(text, BencodeLimits.Torrent);

    private static BencodeDocument Parse(string text, BencodeLimits limits)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        bool parsed = BencodeDocument.TryParse(bytes, limits, out BencodeDocument? document, out BencodeError error);
        Assert.True(parsed, error.ToString());
        Assert.NotNull(document);
        return document;
    }

    private static BencodeError Fail(string text, BencodeLimits limits)
    {
        bool parsed = BencodeDocument.TryParse(Encoding.Latin1.GetBytes(text), limits, out var document, out var error);
        Assert.False(parsed);
        Assert.Null(document);
        return error;
    }
}
