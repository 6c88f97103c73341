namespace Shoal.Protocol.PeerWire;

/// <summary>
/// One message between peers (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>). It points into
/// the bytes that it was read from and is valid as long as they are.
/// </summary>
/// <remarks>
/// <code>
///   0            4    5              4 + length
///   +------------+----+---------------+
///   | length u32 | id |    payload    |      length = 0: keep-alive, no id
///   +------------+----+---------------+
/// </code>
/// </remarks>
public readonly ref partial struct PeerFrame
{
    /// <summary>
    /// The longest message accepted by default, without its prefix: 1 MiB, as in libtorrent. A bitfield over the
    /// most pieces that a torrent may have (0x200000) needs a quarter of it.
    /// </summary>
    public const int DefaultMaxBytes = 1024 * 1024;

    /// <summary>
    /// The longest block that is requested, served or accepted: 128 KiB. Everybody asks for 16 KiB; some old
    /// clients asked for more, and none for more than this.
    /// </summary>
    public const int MaxBlockBytes = 128 * 1024;

    private PeerFrame(PeerMessageId id, ReadOnlySpan<byte> payload)
    {
        Id = id;
        Payload = payload;
    }

    /// <summary>The kind of message; may be a value that the enum does not name.</summary>
    public PeerMessageId Id { get; }

    /// <summary>What follows the id.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>Reads the frame at the start of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What has been received, beginning with a prefix.</param>
    /// <param name="maxFrameBytes">The longest message without its prefix that this connection may send.</param>
    /// <param name="frame">The message, when the status is <see cref="FrameStatus.Ok"/>.</param>
    /// <param name="consumed">Bytes of the frame with its prefix; 0 unless it is whole.</param>
    public static FrameStatus TryRead(
        ReadOnlySpan<byte> bytes, int maxFrameBytes, out PeerFrame frame, out int consumed)
    {
        frame = default;
        consumed = 0;
        if (bytes.Length < FrameLimits.PrefixBytes) return FrameStatus.NeedMore;
        uint length = FrameLimits.LengthAt(bytes);
        if (length == 0)
        {
            consumed = FrameLimits.PrefixBytes;
            return FrameStatus.KeepAlive;
        }
        if (FrameLimits.Exceeds(bytes, length, maxFrameBytes)) return FrameStatus.TooLong;
        if (length > (uint)(bytes.Length - FrameLimits.PrefixBytes)) return FrameStatus.NeedMore;
        ReadOnlySpan<byte> message = bytes.Slice(FrameLimits.PrefixBytes, (int)length);
        frame = new PeerFrame((PeerMessageId)message[0], message[1..]);
        consumed = FrameLimits.PrefixBytes + (int)length;
        return FrameStatus.Ok;
    }
}
