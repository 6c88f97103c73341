using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Tests.Bencoding;

public sealed class BencodeWriterTests
{
    [Fact]
    public void It_writes_every_kind_of_value()
    {
        var writer = new BencodeWriter();
        writer.BeginDictionary();
        writer.Key(""u8);
        writer.String(""u8);
        writer.Pair("a"u8, long.MinValue);
        writer.Pair("b"u8, "bytes"u8);
        writer.Pair("c"u8, "té");
        writer.Key("d"u8);
        writer.BeginList();
        writer.Integer(0);
        writer.Raw("le"u8);
        writer.End();
        writer.End();
        Assert.Equal(
            "d0:0:1:ai-9223372036854775808e1:b5:bytes1:c3:té1:dli0eleee", Encoding.UTF8.GetString(writer.ToArray()));
    }

    [Fact]
    public void It_appends_to_a_buffer_that_is_given()
    {
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write("x"u8);
        var writer = new BencodeWriter(buffer);
        writer.String("");
        writer.Integer(-7);
        Assert.Equal("x0:i-7e", Encoding.ASCII.GetString(buffer.WrittenSpan));
        Assert.True(writer.Written.IsEmpty);
    }

    [Fact]
    public void Clearing_makes_room_for_the_next_value()
    {
        var writer = new BencodeWriter();
        writer.Integer(1);
        writer.Clear();
        writer.Integer(2);
        Assert.Equal("i2e", Encoding.ASCII.GetString(writer.ToArray()));
    }

    [Fact]
    public void Whatever_is_written_is_read_back_and_is_canonical() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Values.ToArbitrary(), value =>
        {
            var writer = new BencodeWriter();
            Write(writer, value);
            Assert.True(BencodeDocument.TryParse(
                writer.Written, BencodeLimits.Torrent, out BencodeDocument? document, out BencodeError error));
            Assert.Equal(BencodeErrorKind.None, error.Kind);
            Assert.True(document.IsCanonical);
            AssertSame(value, document.Root);
            byte[] bytes = writer.ToArray();
            for (int cut = 0; cut < bytes.Length; cut++)
                Assert.False(BencodeDocument.TryParse(bytes.AsMemory(0, cut), BencodeLimits.Torrent, out _, out _));
        }));

    [Fact]
    public void Arbitrary_bytes_never_do_more_than_fail() =>
        Check.QuickThrowOnFailure(Prop.ForAll(Noise.ToArbitrary(), bytes =>
        {
            bool parsed = BencodeDocument.TryParse(bytes, BencodeLimits.PeerMessage, out var document, out _);
            Assert.Equal(parsed, document is not null);
            if (document is null) return;
            Assert.InRange(document.ConsumedBytes, 2, bytes.Length);
            Assert.Equal(document.ConsumedBytes, document.Root.Raw.Length);
        }));

    private static Gen<byte[]> Noise =>
        Gen.Elements("dlei0123456789:-ab\0"u8.ToArray()).ArrayOf();

    private static Gen<object> Values => Gen.Sized(size => Value(Math.Min(size, 12)));

    private static Gen<object> Value(int size)
    {
        Gen<object> number = ArbMap.Default.GeneratorFor<long>().Select(v => (object)v);
        Gen<object> text = ArbMap.Default.GeneratorFor<byte[]>().Select(v => (object)v);
        if (size == 0) return Gen.OneOf(number, text);
        Gen<object> list = Value(size / 4).ListOf().Select(v => (object)v);
        Gen<object> dictionary = ArbMap.Default.GeneratorFor<byte[]>().Zip(Value(size / 4)).ListOf().Select(pairs =>
        {
            var sorted = new SortedDictionary<byte[], object>(ByteOrder.Instance);
            foreach ((byte[] key, object value) in pairs) sorted[key] = value;
            return (object)sorted;
        });
        return Gen.OneOf(number, text, list, dictionary);
    }

    private static void Write(BencodeWriter writer, object value)
    {
        switch (value)
        {
            case long number:
                writer.Integer(number);
                break;
            case byte[] bytes:
                writer.String(bytes);
                break;
            case SortedDictionary<byte[], object> entries:
                writer.BeginDictionary();
                foreach ((byte[] key, object child) in entries)
                {
                    writer.Key(key);
                    Write(writer, child);
                }
                writer.End();
                break;
            default:
                writer.BeginList();
                foreach (object child in (IEnumerable<object>)value) Write(writer, child);
                writer.End();
                break;
        }
    }

    private static void AssertSame(object value, BencodeNode node)
    {
        switch (value)
        {
            case long number:
                Assert.Equal(number, node.Integer);
                break;
            case byte[] bytes:
                Assert.Equal(BencodeKind.String, node.Kind);
                Assert.Equal(bytes, node.Bytes.ToArray());
                break;
            case SortedDictionary<byte[], object> entries:
                BencodeEntries walk = node.Entries;
                foreach ((byte[] key, object child) in entries)
                {
                    Assert.True(walk.MoveNext());
                    Assert.Equal(key, walk.Current.Key.ToArray());
                    AssertSame(child, walk.Current.Value);
                }
                Assert.False(walk.MoveNext());
                break;
            default:
                BencodeItems items = node.Items;
                foreach (object child in (IEnumerable<object>)value)
                {
                    Assert.True(items.MoveNext());
                    AssertSame(child, items.Current);
                }
                Assert.False(items.MoveNext());
                break;
        }
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
