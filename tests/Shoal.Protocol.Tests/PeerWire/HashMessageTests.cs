using System.Security.Cryptography;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;
using static Shoal.Protocol.Tests.PeerWire.WireSamples;

namespace Shoal.Protocol.Tests.PeerWire;

public sealed class HashMessageTests
{
    private const string Root = "e7110c5da27f597fbb7e037af66ae3b646c00006f38fd7cae1120b2877a5b14a";

    private static readonly HashRequest Request = new(new Sha256Hash(Bytes(Root)), 2, 4, 4, 3);

    private static PeerFrame Frame(byte[] bytes)
    {
        Assert.Equal(
            FrameStatus.Ok, PeerFrame.TryRead(bytes, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out _));
        return frame;
    }

    [Fact]
    public void A_request_has_the_bytes_of_the_specification()
    {
        string payload = $"{Root}00000002000000040000000400000003";
        Assert.Equal($"0000003115{payload}", Hex(b => PeerMessages.WriteHashRequest(b, Request)));
        Assert.Equal($"0000003117{payload}", Hex(b => PeerMessages.WriteHashReject(b, Request)));
    }

    [Fact]
    public void The_worked_answer_has_its_length_and_bytes()
    {
        byte[] hashes = new byte[6 * Sha256Hash.Length];
        for (int i = 0; i < hashes.Length; i++) hashes[i] = (byte)i;
        byte[] bytes = Written(b => PeerMessages.WriteHashes(b, Request, hashes));
        Assert.Equal(241, FrameScanner.FrameLength(bytes) - 4);
        Assert.Equal(0x16, bytes[4]);
        Assert.True(Frame(bytes).TryReadHashes(out HashRequest read, out ReadOnlySpan<byte> carried));
        Assert.Equal(Request, read);
        Assert.True(carried.SequenceEqual(hashes));
    }

    [Fact]
    public void Requests_and_rejects_read_back_however_they_are_split()
    {
        byte[] bytes = Written(buffer =>
        {
            PeerMessages.WriteHashRequest(buffer, Request);
            PeerMessages.WriteHashReject(buffer, Request);
            PeerMessages.WriteHashes(buffer, Request, SHA256.HashData("x"u8));
        });
        StreamDriver driver = StreamDriver.RunEveryWay(bytes);
        PeerMessageId?[] kinds = [PeerMessageId.HashRequest, PeerMessageId.HashReject, PeerMessageId.Hashes];
        Assert.Equal(kinds, driver.Frames.Select(f => f.Id));
        Assert.True(Frame(bytes[..53]).TryReadHashRequest(out HashRequest request));
        Assert.True(Frame(bytes[53..106]).TryReadHashRequest(out HashRequest reject));
        Assert.Equal((Request, Request), (request, reject));
    }

    [Fact]
    public void Numbers_at_the_limit_are_handed_on_unchecked()
    {
        var odd = new HashRequest(default, uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue);
        byte[] bytes = Written(b => PeerMessages.WriteHashRequest(b, odd));
        Assert.True(Frame(bytes).TryReadHashRequest(out HashRequest read));
        Assert.Equal(odd, read);
        Assert.Equal(HashRequestFault.Overflow, read.Check());
    }

    [Fact]
    public void Sizes_that_cannot_be_are_refused()
    {
        for (int size = 0; size < 48; size++)
        {
            byte[] bytes = new byte[5 + size];
            bytes[3] = (byte)(1 + size);
            bytes[4] = (byte)PeerMessageId.HashRequest;
            Assert.False(Frame(bytes).TryReadHashRequest(out _));
            bytes[4] = (byte)PeerMessageId.Hashes;
            Assert.False(Frame(bytes).TryReadHashes(out _, out _));
        }
        foreach (int extra in (int[])[1, 31, 33, 63])
        {
            byte[] bytes = Written(b => PeerMessages.WriteHashes(b, Request, new byte[extra]));
            Assert.False(Frame(bytes).TryReadHashes(out _, out _));
        }
        Assert.True(Frame(Written(b => PeerMessages.WriteHashes(b, Request, []))).TryReadHashes(out _, out _));
    }

    [Fact]
    public void One_kind_is_not_taken_for_another()
    {
        Assert.False(Frame(Written(b => PeerMessages.WriteHashes(b, Request, []))).TryReadHashRequest(out _));
        Assert.False(Frame(Written(b => PeerMessages.WriteHashRequest(b, Request))).TryReadHashes(out _, out _));
    }
}
