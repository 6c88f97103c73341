using System.Text;
using Shoal.Protocol.PeerWire;
using Shoal.TestKit;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class MetadataMessageTests
{
    private static MetadataMessage Read(ReadOnlySpan<byte> message)
    {
        Assert.True(MetadataMessage.TryRead(message, out MetadataMessage result));
        return result;
    }

    private static byte[] MessageOf(Action<MessageBuffer> write)
    {
        byte[] bytes = Written(write);
        PeerFrame.TryRead(bytes, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out _);
        Assert.True(frame.TryReadExtended(out byte id, out ReadOnlySpan<byte> message));
        Assert.Equal(3, id);
        return message.ToArray();
    }

    [Fact]
    public void A_request_has_the_bytes_of_the_specification_and_reads_back()
    {
        byte[] message = MessageOf(b => MetadataMessage.WriteRequest(b, 3, 0));
        Assert.Equal("d8:msg_typei0e5:piecei0ee", Encoding.ASCII.GetString(message));
        MetadataMessage read = Read(message);
        Assert.Equal((MetadataMessageKind.Request, 0), (read.Kind, read.Part));
        Assert.True(read.Data.IsEmpty);
    }

    [Fact]
    public void A_reject_reads_back()
    {
        MetadataMessage read = Read(MessageOf(b => MetadataMessage.WriteReject(b, 3, 1919)));
        Assert.Equal((MetadataMessageKind.Reject, 1919), (read.Kind, read.Part));
    }

    [Theory]
    [InlineData(0, 16384)]
    [InlineData(1, 16384)]
    [InlineData(2, 1)]
    public void A_part_reads_back(int part, int length)
    {
        byte[] metadata = Enumerable.Range(0, 2 * 16384 + 1).Select(i => (byte)(i * 7)).ToArray();
        Assert.Equal(3, MetadataMessage.PartCount(metadata.Length));
        byte[] message = MessageOf(b => MetadataMessage.WriteData(b, 3, part, metadata));
        Assert.StartsWith($"d8:msg_typei1e5:piecei{part}e10:total_sizei32769ee", Encoding.Latin1.GetString(message));
        MetadataMessage read = Read(message);
        Assert.Equal((MetadataMessageKind.Data, part), (read.Kind, read.Part));
        Assert.True(read.Data.SequenceEqual(metadata.AsSpan(part * 16384, length)));
    }

    [Fact]
    public void A_part_that_does_not_exist_is_not_written()
    {
        var buffer = new MessageBuffer();
        Assert.Throws<ArgumentOutOfRangeException>(() => MetadataMessage.WriteData(buffer, 3, 1, new byte[16384]));
        Assert.Throws<ArgumentOutOfRangeException>(() => MetadataMessage.WriteData(buffer, 3, -1, new byte[16384]));
    }

    [Theory]
    [InlineData("d8:msg_typei7e5:piecei0ee")]
    [InlineData("d8:msg_typei-1ee")]
    [InlineData("d8:msg_typei9223372036854775807ee")]
    public void An_unknown_type_is_to_be_ignored(string text) =>
        Assert.Equal(MetadataMessageKind.Unknown, Read(Encoding.ASCII.GetBytes(text)).Kind);

    [Fact]
    public void The_misprinted_reject_of_the_specification_is_a_reject() =>
        Assert.Equal(MetadataMessageKind.Reject, Read("d8:msg_typei1e5:piecei0ee"u8).Kind);

    [Fact]
    public void A_total_size_that_is_wrong_or_missing_does_no_harm()
    {
        Assert.Equal(4, Read("d8:msg_typei1e5:piecei0e10:total_sizei16384eeabcd"u8).Data.Length);
        Assert.Equal(4, Read("d8:msg_typei1e5:piecei0e10:total_size3:abceabcd"u8).Data.Length);
        Assert.Equal(4, Read("d8:msg_typei1e5:piecei0eeabcd"u8).Data.Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("le")]
    [InlineData("i0e")]
    [InlineData("de")]
    [InlineData("d5:piecei0ee")]
    [InlineData("d8:msg_type1:05:piecei0ee")]
    [InlineData("d8:msg_typei0ee")]
    [InlineData("d8:msg_typei0e5:piecei-1ee")]
    [InlineData("d8:msg_typei0e5:piecei1920ee")]
    [InlineData("d8:msg_typei0e5:piecei4294967296ee")]
    [InlineData("d8:msg_typei0e5:piece1:0e")]
    public void A_malformed_message_is_refused(string text) =>
        Assert.False(MetadataMessage.TryRead(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void More_than_a_part_is_refused()
    {
        byte[] head = "d8:msg_typei1e5:piecei0ee"u8.ToArray();
        Assert.True(MetadataMessage.TryRead([.. head, .. new byte[16384]], out _));
        Assert.False(MetadataMessage.TryRead([.. head, .. new byte[16385]], out _));
    }

    [Fact]
    public void A_dictionary_of_any_length_costs_little()
    {
        byte[] message = Encoding.ASCII.GetBytes("d8:msg_typei0e5:piecei0e1:z900000:" + new string('x', 900_000) + "e");
        const int little = 10_000;
        long allocated = Allocations.Least(() => Assert.False(MetadataMessage.TryRead(message, out _)), little);
        Assert.InRange(allocated, 0, little);
    }

    [Fact]
    public void Every_truncation_inside_the_dictionary_is_refused()
    {
        ReadOnlySpan<byte> message = "d8:msg_typei1e5:piecei12e10:total_sizei99999ee"u8;
        for (int length = 0; length < message.Length; length++)
            Assert.False(MetadataMessage.TryRead(message[..length], out _));
    }
}
