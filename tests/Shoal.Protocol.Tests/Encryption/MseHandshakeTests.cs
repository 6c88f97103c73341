using System.Buffers.Binary;
using System.Security.Cryptography;
using Shoal.Protocol.Encryption;

namespace Shoal.Protocol.Tests.Encryption;

public sealed class MseHandshakeTests
{
    private static readonly byte[] Hello = [.. Enumerable.Range(0, 68).Select(i => (byte)i)];

    [Fact]
    public void The_vector_comes_out_byte_for_byte()
    {
        var caller = new MseCaller(MseVector.Torrent, MseVector.Both, default, MseVector.CallerKeys());
        var called = new MseCalled(MseVector.Find, MseVector.Both, prefersPlaintext: false, MseVector.CalledKeys());
        byte[] first = caller.TakeOutput();
        Assert.Equal(MseVector.CallerPublic, first);
        Assert.Equal(MseStatus.NeedMore, called.Receive(first));
        byte[] second = called.TakeOutput();
        Assert.Equal(MseVector.CalledPublic, second);
        Assert.Equal(MseStatus.NeedMore, caller.Receive(second));
        byte[] third = caller.TakeOutput();
        Assert.Equal([.. MseVector.Sync, .. MseVector.MaskedName, .. MseVector.Request], third);
        Assert.Equal(MseStatus.Done, called.Receive(third));
        byte[] fourth = called.TakeOutput();
        Assert.Equal(MseVector.Answer, fourth);
        Assert.Equal(MseStatus.Done, caller.Receive(fourth));
    }

    // C07: whole, in two at every byte, and byte by byte.
    [Theory]
    [InlineData(MseMethods.Rc4, false, MseMethods.Rc4)]
    [InlineData(MseMethods.Plaintext, false, MseMethods.Plaintext)]
    [InlineData(MseVector.Both, false, MseMethods.Rc4)]
    [InlineData(MseVector.Both, true, MseMethods.Plaintext)]
    public void Both_sides_arrive_at_the_same_streams(MseMethods provide, bool prefersPlaintext, MseMethods selected)
    {
        for (int portion = 0; portion < 700; portion += portion < 3 ? 1 : 37)
        {
            var caller = new MseCaller(MseVector.Torrent, provide, Hello, MseVector.CallerKeys(portion % 513));
            var called = new MseCalled(
                MseVector.Find, MseVector.Both, prefersPlaintext, MseVector.CalledKeys(512 - portion % 513));
            while (caller.Status == MseStatus.NeedMore)
            {
                Feed(called, caller.TakeOutput(), portion);
                byte[] answer = called.TakeOutput();
                Feed(caller, called.Status == MseStatus.Done ? [.. answer, .. "rest"u8] : answer, portion);
            }
            Assert.Equal(MseStatus.Done, caller.Status);
            Assert.Equal(selected, caller.Method);
            Assert.Equal(selected, called.Method);
            Assert.Equal(MseVector.Torrent, called.Torrent);
            Assert.Equal(Hello, called.InitialPayload.ToArray());
            Assert.Equal("rest"u8, caller.Rest.Span);
            AssertConnected(caller.Sending, called.Receiving);
            AssertConnected(called.Sending, caller.Receiving);
        }
    }

    // C08: zeros in front count; who is called draws other keys, as some callers leave them out.
    [Fact]
    public void A_secret_with_zeros_in_front_is_hashed_whole_by_who_calls_and_avoided_by_who_is_called()
    {
        byte[] key = MseVector.ShortSecretKey(MseVector.CalledPublic, out byte[] secret);
        var caller = new MseCaller(MseVector.Torrent, MseVector.Both, Hello, new MseKeys(key, default));
        byte[] callerPublic = caller.TakeOutput();
        caller.Receive(MseVector.CalledPublic);
        Assert.True(caller.HasShortSecret);
        Assert.Equal(SHA1.HashData([.. "req1"u8, .. secret]), caller.TakeOutput()[..20]);

        MseCalled called = Called();
        called.Receive(callerPublic);
        Assert.False(called.HasShortSecret);
        byte[] calledPublic = called.TakeOutput();
        Assert.NotEqual(MseVector.CalledPublic, calledPublic);
        caller = new MseCaller(MseVector.Torrent, MseVector.Both, Hello, new MseKeys(key, default));
        caller.TakeOutput();
        caller.Receive(calledPublic);
        Assert.Equal(MseStatus.Done, called.Receive(caller.TakeOutput()));
        Assert.Equal(MseStatus.Done, caller.Receive(called.TakeOutput()));
    }

    // C01
    [Fact]
    public void A_key_that_gives_the_secret_away_ends_it_on_both_sides()
    {
        byte[] zero = new byte[MseGroup.Length];
        Assert.Equal(MseStatus.BadKey, Called().Receive(zero));
        var caller = new MseCaller(MseVector.Torrent, MseVector.Both, default, MseVector.CallerKeys());
        Assert.Equal(MseStatus.BadKey, caller.Receive(zero));
        Assert.Equal(MseStatus.BadKey, caller.Receive(MseVector.CalledPublic));
    }

    // C02
    [Fact]
    public void What_does_not_come_within_the_padding_is_not_waited_for()
    {
        MseCalled called = Called();
        called.Receive(MseVector.CallerPublic);
        Assert.Equal(MseStatus.NeedMore, called.Receive(new byte[512 + 19]));
        Assert.Equal(MseStatus.NoSync, called.Receive(new byte[1]));
        var caller = new MseCaller(MseVector.Torrent, MseVector.Both, default, MseVector.CallerKeys());
        caller.Receive(MseVector.CalledPublic);
        Assert.Equal(MseStatus.NeedMore, caller.Receive(new byte[512 + 7]));
        Assert.Equal(MseStatus.NoSync, caller.Receive(new byte[1]));
    }

    // C04
    [Theory]
    [InlineData(0u, MseVector.Both, MseStatus.NoMethod)]
    [InlineData(4u, MseVector.Both, MseStatus.NoMethod)]
    [InlineData(1u, MseMethods.Rc4, MseStatus.NoMethod)]
    [InlineData(2u, MseMethods.Plaintext, MseStatus.NoMethod)]
    [InlineData(0xffff_fffeu, MseVector.Both, MseStatus.Done)]
    public void Only_what_was_provided_and_is_allowed_is_selected(uint provide, MseMethods allowed, MseStatus status)
    {
        MseCalled called = Called(allowed);
        called.Receive(MseVector.CallerPublic);
        Assert.Equal(status, called.Receive(Request(provide, 0, [], 0, [])));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(1u)]
    [InlineData(3u)]
    [InlineData(4u)]
    [InlineData(6u)]
    public void An_answer_that_was_not_offered_ends_it(uint select)
    {
        MseCaller caller = Calling(MseMethods.Rc4);
        Assert.Equal(MseStatus.NoMethod, caller.Receive(Answer(select, 0, [])));
    }

    // C05
    [Fact]
    public void An_unknown_torrent_gets_no_answer()
    {
        var caller = new MseCaller(new InfoHash(new byte[20]), MseVector.Both, Hello, MseVector.CallerKeys());
        MseCalled called = Called();
        called.Receive(caller.TakeOutput());
        caller.Receive(called.TakeOutput());
        Assert.Equal(MseStatus.UnknownTorrent, called.Receive(caller.TakeOutput()));
        Assert.Empty(called.TakeOutput());
    }

    [Fact]
    public void Padding_is_left_out_and_more_than_there_may_be_ends_it()
    {
        MseCalled called = Called();
        called.Receive(MseVector.CallerPublic);
        Assert.Equal(MseStatus.Done, called.Receive(Request(2, 512, new byte[512], 3, [7, 8, 9])));
        Assert.Equal([7, 8, 9], called.InitialPayload.ToArray());
        called = Called();
        called.Receive(MseVector.CallerPublic);
        Assert.Equal(MseStatus.Malformed, called.Receive(Request(2, 513, [], 0, [])));
        called = Called();
        called.Receive(MseVector.CallerPublic);
        Assert.Equal(MseStatus.Malformed, called.Receive(Request(2, 0, [], 8193, [])));
        Assert.Equal(MseStatus.Done, Calling(MseMethods.Rc4).Receive(Answer(2, 512, new byte[512])));
        Assert.Equal(MseStatus.Malformed, Calling(MseMethods.Rc4).Receive(Answer(2, 513, [])));
    }

    [Fact]
    public void Wrong_bytes_anywhere_in_a_request_never_pass_for_another_torrent_or_throw()
    {
        byte[] good = Request(3, 0, [], 68, Hello);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 0x40;
            MseCalled called = Called();
            called.Receive(MseVector.CallerPublic);
            MseStatus status = called.Receive(bad);
            // The last bytes are the payload, of which this knows nothing; the ones before are padding and methods.
            if (i < 48) Assert.NotEqual(MseStatus.Done, status);
        }
    }

    private static MseCalled Called(MseMethods allowed = MseVector.Both) =>
        new(MseVector.Find, allowed, prefersPlaintext: false, MseVector.CalledKeys());

    private static MseCaller Calling(MseMethods provide)
    {
        var caller = new MseCaller(MseVector.Torrent, provide, default, MseVector.CallerKeys());
        caller.Receive(MseVector.CalledPublic);
        return caller;
    }

    private static byte[] Request(uint provide, int padding, byte[] padC, int length, byte[] payload)
    {
        byte[] clear = [.. new byte[8 + 4 + 2], .. padC, 0, 0, .. payload];
        BinaryPrimitives.WriteUInt32BigEndian(clear.AsSpan(8), provide);
        BinaryPrimitives.WriteUInt16BigEndian(clear.AsSpan(12), (ushort)padding);
        BinaryPrimitives.WriteUInt16BigEndian(clear.AsSpan(14 + padC.Length), (ushort)length);
        MseSecret secret = MseSecret.Agree(MseVector.CalledPublic, MseVector.CallerKey)!;
        secret.FromCaller(MseVector.Torrent).Apply(clear);
        return [.. MseVector.Sync, .. MseVector.MaskedName, .. clear];
    }

    private static byte[] Answer(uint select, int padding, byte[] padD)
    {
        byte[] clear = [.. new byte[8 + 4 + 2], .. padD];
        BinaryPrimitives.WriteUInt32BigEndian(clear.AsSpan(8), select);
        BinaryPrimitives.WriteUInt16BigEndian(clear.AsSpan(12), (ushort)padding);
        MseSecret secret = MseSecret.Agree(MseVector.CalledPublic, MseVector.CallerKey)!;
        secret.ToCaller(MseVector.Torrent).Apply(clear);
        return clear;
    }

    private static void Feed(MseHandshake side, byte[] bytes, int portion)
    {
        if (portion == 0) portion = bytes.Length;
        for (int i = 0; i < bytes.Length; i += portion)
            side.Receive(bytes.AsSpan(i, Math.Min(portion, bytes.Length - i)));
    }

    private static void AssertConnected(Rc4 sending, Rc4 receiving)
    {
        byte[] text = "the same on both sides"u8.ToArray();
        byte[] bytes = [.. text];
        sending.Apply(bytes);
        Assert.NotEqual(text, bytes);
        receiving.Apply(bytes);
        Assert.Equal(text, bytes);
    }
}
