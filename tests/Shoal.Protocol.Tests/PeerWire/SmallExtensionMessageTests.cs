using System.Net;
using Shoal.Protocol.PeerWire;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class SmallExtensionMessageTests
{
    [Fact]
    public void A_donthave_has_the_bytes_of_the_specification()
    {
        Assert.Equal("00000006140700000009", Hex(b => DontHaveMessage.Write(b, 7, Piece(9))));
        Assert.True(DontHaveMessage.TryRead(Bytes("ffffffff"), out uint piece));
        Assert.Equal(uint.MaxValue, piece);
        for (int size = 0; size < 9; size++)
            Assert.Equal(size == 4, DontHaveMessage.TryRead(new byte[size], out _));
    }

    [Fact]
    public void An_upload_only_is_one_byte()
    {
        Assert.Equal("00000003140401", Hex(b => UploadOnlyMessage.Write(b, 4, true)));
        Assert.Equal("00000003140400", Hex(b => UploadOnlyMessage.Write(b, 4, false)));
        Assert.True(UploadOnlyMessage.TryRead([2], out bool uploadOnly));
        Assert.True(uploadOnly);
        Assert.True(UploadOnlyMessage.TryRead([0], out uploadOnly));
        Assert.False(uploadOnly);
        Assert.False(UploadOnlyMessage.TryRead([], out _));
        Assert.False(UploadOnlyMessage.TryRead([1, 0], out _));
    }

    [Theory]
    [InlineData("00 00 01020304 1ae1 00000000", HolepunchKind.Rendezvous, "1.2.3.4:6881", HolepunchError.None)]
    [InlineData("01 00 01020304 1ae1", HolepunchKind.Connect, "1.2.3.4:6881", HolepunchError.None)]
    [InlineData("01 00 01020304 1ae1 00000007", HolepunchKind.Connect, "1.2.3.4:6881", HolepunchError.None)]
    [InlineData("02 00 01020304 1ae1 00000002", HolepunchKind.Error, "1.2.3.4:6881", HolepunchError.NotConnected)]
    [InlineData(
        "01 01 20010db8000000000000000000000001 0001", HolepunchKind.Connect, "[2001:db8::1]:1", HolepunchError.None)]
    [InlineData(
        "02 01 20010db8000000000000000000000001 0001 00000004",
        HolepunchKind.Error, "[2001:db8::1]:1", HolepunchError.NoSelf)]
    public void A_holepunch_reads_with_and_without_its_error(
        string hex, HolepunchKind kind, string endPoint, HolepunchError error)
    {
        Assert.True(HolepunchMessage.TryRead(Bytes(hex), out HolepunchMessage message));
        Assert.Equal(new HolepunchMessage(kind, IPEndPoint.Parse(endPoint), error), message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("00 00 01020304 1a")]
    [InlineData("00 00 01020304 1ae1 000000")]
    [InlineData("00 00 01020304 1ae1 0000000000")]
    [InlineData("02 00 01020304 1ae1")]
    [InlineData("03 00 01020304 1ae1 00000000")]
    [InlineData("00 02 01020304 1ae1 00000000")]
    [InlineData("00 00 01020304 0000 00000000")]
    [InlineData("00 01 01020304 1ae1 00000000")]
    public void A_malformed_holepunch_is_refused(string hex) =>
        Assert.False(HolepunchMessage.TryRead(Bytes(hex), out _));

    [Fact]
    public void A_holepunch_is_written_in_full()
    {
        var message = new HolepunchMessage(HolepunchKind.Rendezvous, IPEndPoint.Parse("1.2.3.4:6881"), default);
        Assert.Equal("0000000e14050000010203041ae100000000", Hex(b => message.Write(b, 5)));
        var six = new HolepunchMessage(
            HolepunchKind.Error, IPEndPoint.Parse("[2001:db8::1]:1"), HolepunchError.NoSupport);
        byte[] bytes = Written(b => six.Write(b, 5));
        Assert.True(HolepunchMessage.TryRead(bytes.AsSpan(6), out HolepunchMessage read));
        Assert.Equal(six, read);
    }

    [Fact]
    public void Every_extension_message_is_read_back_however_it_is_split()
    {
        PexPeer[] peers = [new(IPEndPoint.Parse("1.2.3.4:5"), PexFlags.Reachable)];
        byte[] bytes = Written(buffer =>
        {
            new ExtensionHandshake { Ids = new ExtensionIds { Metadata = 1 }, Client = "x" }.Write(buffer);
            MetadataMessage.WriteRequest(buffer, 1, 0);
            MetadataMessage.WriteData(buffer, 1, 0, new byte[70]);
            MetadataMessage.WriteReject(buffer, 1, 7);
            PexMessage.Write(buffer, 2, peers, [], isFirst: true);
            DontHaveMessage.Write(buffer, 3, Piece(9));
            UploadOnlyMessage.Write(buffer, 4, true);
            new HolepunchMessage(HolepunchKind.Connect, peers[0].EndPoint, default).Write(buffer, 5);
        });
        StreamDriver driver = StreamDriver.RunEveryWay(bytes);
        Assert.All(driver.Frames, f => Assert.Equal(PeerMessageId.Extended, f.Id));
        Assert.Equal(["00", "01", "01", "01", "02", "03", "04", "05"], driver.Frames.Select(f => f.Payload[..2]));
        Assert.Equal(0, driver.Unread);
    }
}
