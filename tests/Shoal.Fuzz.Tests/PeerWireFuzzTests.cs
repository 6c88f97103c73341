using System.Net;
using Shoal.Protocol;
using Shoal.Protocol.Merkle;
using Shoal.Protocol.PeerWire;

namespace Shoal.Fuzz.Tests;

public sealed class PeerWireFuzzTests
{
    private const int Max = PeerFrame.DefaultMaxBytes;

    private static readonly PieceGeometry Geometry = new(64 * 1024, 640 * 1024);

    private static readonly ExtensionHandshake Said = new()
    {
        Ids = new ExtensionIds { Metadata = 1, PeerExchange = 2, DontHave = 3, UploadOnly = 4, Holepunch = 5 },
        ListenPort = 6881,
        Client = "Shoal 0.1 µ",
        YourAddress = IPAddress.Parse("1.2.3.4"),
        IPv6 = IPAddress.Parse("2001:db8::1"),
        RequestQueue = 2000,
        MetadataSize = 16385,
        UploadOnly = false,
        CompleteAgo = 17,
    };

    private static readonly PexPeer[] Peers =
    [
        new(IPEndPoint.Parse("1.2.3.4:6881"), PexFlags.Reachable),
        new(IPEndPoint.Parse("[2001:db8::1]:6881"), PexFlags.UploadOnly),
    ];

    private static readonly HolepunchMessage Punch =
        new(HolepunchKind.Error, IPEndPoint.Parse("1.2.3.4:5"), HolepunchError.NoSelf);

    private static readonly HashRequest Hashes = new(Sha256Hash.Of("root"u8), 2, 4, 4, 3);

    [Fact]
    public void Handshakes() => Fuzzer.Run(new FuzzTarget(
        "handshake",
        [Written(new Handshake(new ReservedBits(0x100005), default, PeerId.Ours("abcdefghijkl"u8)).Write)],
        input => Handshake.TryRead(input, out _))
    {
        FixedBytes = 0,
        BytesPerInputByte = 0,
        Verify = input =>
        {
            HandshakeStatus status = Handshake.TryRead(input, out Handshake handshake);
            HandshakeStatus prefix = Handshake.TryReadPrefix(input, out _, out _);
            Assert.Equal(prefix == HandshakeStatus.Bad, status == HandshakeStatus.Bad);
            if (status != HandshakeStatus.Ok) return;
            Assert.Equal(input[..Handshake.Length], Written(handshake.Write));
        },
    });

    [Fact]
    public void Frames() => Fuzzer.Run(new FuzzTarget("frames", [Conversation()], input => ReadAll(input, out _, out _))
    {
        FixedBytes = 0,
        BytesPerInputByte = 0,
        Verify = input =>
        {
            FrameStatus scan = FrameScanner.ScanWholeFrames(input, Max, out int whole);
            ReadAll(input, out int read, out FrameStatus last);
            Assert.Equal(whole, read);
            Assert.Equal(scan == FrameStatus.TooLong, last == FrameStatus.TooLong);
        },
    });

    [Fact]
    public void Extension_handshakes() => Fuzzer.Run(new FuzzTarget(
        "extension handshake",
        [Message(Said.Write), Message(new ExtensionHandshake().Write)],
        input => ExtensionHandshake.TryRead(input, out _))
    {
        Verify = input =>
        {
            if (!ExtensionHandshake.TryRead(input, out ExtensionHandshake? read)) return;
            Assert.True(ExtensionHandshake.TryRead(Message(read.Write), out ExtensionHandshake? again));
            Assert.Equal(read, again);
            Assert.Equal(read, read.Merge(again));
        },
    });

    [Fact]
    public void Metadata_messages() => Fuzzer.Run(new FuzzTarget(
        "metadata message",
        [
            Message(b => MetadataMessage.WriteRequest(b, 1, 3)),
            Message(b => MetadataMessage.WriteReject(b, 1, 3)),
            Message(b => MetadataMessage.WriteData(b, 1, 1, new byte[16384 + 50])),
        ],
        input => MetadataMessage.TryRead(input, out _))
    {
        BytesPerInputByte = 16,
        Verify = input =>
        {
            if (!MetadataMessage.TryRead(input, out MetadataMessage read)) return;
            Assert.InRange(read.Part, 0, MetadataMessage.MaxParts - 1);
            Assert.InRange(read.Data.Length, 0, MetadataMessage.PartLength);
            Assert.Equal(read.Kind == MetadataMessageKind.Data, read.Data.Length > 0);
        },
    });

    [Fact]
    public void Peer_exchange_messages() => Fuzzer.Run(new FuzzTarget(
        "peer exchange",
        [
            Message(b => PexMessage.Write(b, 1, Peers, [Peers[0].EndPoint, Peers[1].EndPoint], isFirst: false)),
            Message(b => PexMessage.Write(b, 1, [], [], isFirst: true)),
        ],
        input => PexMessage.TryRead(input, out _))
    {
        FixedBytes = 64 * 1024, // two hundred addresses
        Verify = input =>
        {
            if (!PexMessage.TryRead(input, out PexMessage? read)) return;
            Assert.InRange(read.Added.Count, 0, PexMessage.MaxPeers);
            Assert.InRange(read.Dropped.Count, 0, PexMessage.MaxPeers);
            Assert.DoesNotContain(read.Added, p => p.EndPoint.Port == 0);
        },
    });

    [Fact]
    public void Small_extension_messages() => Fuzzer.Run(new FuzzTarget(
        "small extension messages",
        [
            Message(b => Punch.Write(b, 1)),
            Message(b => (Punch with { EndPoint = Peers[1].EndPoint }).Write(b, 1)),
            Message(b => DontHaveMessage.Write(b, 1, Geometry.Piece(3))),
            Message(b => UploadOnlyMessage.Write(b, 1, true)),
        ],
        input =>
        {
            HolepunchMessage.TryRead(input, out _);
            DontHaveMessage.TryRead(input, out _);
            UploadOnlyMessage.TryRead(input, out _);
        })
    {
        FixedBytes = 512,
        BytesPerInputByte = 0,
    });

    [Fact]
    public void Compact_addresses() => Fuzzer.Run(new FuzzTarget(
        "compact addresses",
        [[1, 2, 3, 4, 0, 80, 5, 6, 7, 8, 0, 81], [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 80]],
        input =>
        {
            var found = new List<IPEndPoint>();
            CompactEndPoints.ReadV4(input, 50, found);
            CompactEndPoints.ReadV6(input, 50, found);
        })
    {
        FixedBytes = 32 * 1024, // a hundred addresses
        BytesPerInputByte = 0,
    });

    [Fact]
    public void Text_of_strangers() => Fuzzer.Run(new FuzzTarget(
        "display text",
        [[.. "qBittorrent/5.2.3"u8], [.. "µTorrent 日本 😀"u8], [.. "\u001b[31mred\u001b]0;t\u0007\u009b2J<b>\u202e"u8]],
        input => DisplayText.Of(input, 128))
    {
        BytesPerInputByte = 64,
        Verify = input =>
        {
            string text = DisplayText.Of(input, 128);
            Assert.InRange(text.Length, 0, 128);
            Assert.DoesNotContain(text, c => char.IsControl(c) || c is '<' or '>' or '&' or '\u202e');
            Assert.Equal(text, DisplayText.Of(System.Text.Encoding.UTF8.GetBytes(text), 128));
        },
    });

    private static byte[] Written(Action<MessageBuffer> write)
    {
        var buffer = new MessageBuffer();
        write(buffer);
        return buffer.Pending.ToArray();
    }

    /// <summary>What an extended message carries after its id.</summary>
    private static byte[] Message(Action<MessageBuffer> write) => Written(write)[6..];

    private static byte[] Conversation() => Written(buffer =>
    {
        var pieces = new Bitfield(10);
        pieces.Set(3);
        var block = new BlockSpan(Geometry.Piece(3), 16384, 100);
        PeerMessages.WriteBitfield(buffer, pieces);
        PeerMessages.WriteHaveNone(buffer);
        PeerMessages.WriteKeepAlive(buffer);
        Said.Write(buffer);
        PeerMessages.WriteUnchoke(buffer);
        PeerMessages.WriteRequest(buffer, block);
        PeerMessages.WritePiece(buffer, block, new byte[block.Length]);
        PeerMessages.WriteReject(buffer, block);
        PeerMessages.WriteHave(buffer, block.Piece);
        PeerMessages.WriteAllowedFast(buffer, block.Piece);
        PeerMessages.WritePort(buffer, 6881);
        Punch.Write(buffer, 5);
        PeerMessages.WriteHashRequest(buffer, Hashes);
        PeerMessages.WriteHashReject(buffer, Hashes);
        PeerMessages.WriteHashes(buffer, Hashes, new byte[6 * Sha256Hash.Length]);
    });

    private static void ReadAll(ReadOnlySpan<byte> bytes, out int read, out FrameStatus last)
    {
        read = 0;
        while (true)
        {
            last = PeerFrame.TryRead(bytes[read..], Max, out PeerFrame frame, out int consumed);
            if (consumed == 0) return;
            read += consumed;
            frame.TryReadHave(out _);
            frame.TryReadSuggest(out _);
            frame.TryReadAllowedFast(out _);
            frame.TryReadRequest(out _, out _, out _);
            frame.TryReadPiece(out _, out _, out _);
            frame.TryReadPort(out _);
            frame.TryReadExtended(out _, out _);
            if (frame.TryReadHashRequest(out HashRequest request)) request.Check();
            frame.TryReadHashes(out _, out _);
        }
    }
}
