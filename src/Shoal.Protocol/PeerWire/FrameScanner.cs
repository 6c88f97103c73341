namespace Shoal.Protocol.PeerWire;

/// <summary>
/// Finds where messages end without looking into them: a receive loop hands on all whole ones together and keeps the
/// rest for the next read.
/// </summary>
public static class FrameScanner
{
    /// <summary>Walks the length prefixes of all whole frames at the start of <paramref name="bytes"/>.</summary>
    /// <param name="bytes">What has been received, beginning with a prefix.</param>
    /// <param name="maxFrameBytes">The longest message without its prefix that this connection may send.</param>
    /// <param name="wholeLength">Bytes of all whole frames, 0 when there is none.</param>
    /// <returns>
    /// <see cref="FrameStatus.TooLong"/> as soon as a bad prefix is visible, with the frames before it still counted;
    /// else <see cref="FrameStatus.Ok"/> when there is a whole frame, keep-alives included, or
    /// <see cref="FrameStatus.NeedMore"/>.
    /// </returns>
    public static FrameStatus ScanWholeFrames(ReadOnlySpan<byte> bytes, int maxFrameBytes, out int wholeLength)
    {
        wholeLength = 0;
        while (true)
        {
            ReadOnlySpan<byte> rest = bytes[wholeLength..];
            if (rest.Length < FrameLimits.PrefixBytes) break;
            uint length = FrameLimits.LengthAt(rest);
            if (FrameLimits.Exceeds(rest, length, maxFrameBytes)) return FrameStatus.TooLong;
            if (length > (uint)(rest.Length - FrameLimits.PrefixBytes)) break;
            wholeLength += FrameLimits.PrefixBytes + (int)length;
        }
        return wholeLength == 0 ? FrameStatus.NeedMore : FrameStatus.Ok;
    }

    /// <summary>
    /// Bytes that the frame at the start of <paramref name="bytes"/> will have with its prefix, so that room can be
    /// made for all of it; 0 while the prefix is not whole. Only for a prefix that a scan has passed.
    /// </summary>
    public static int FrameLength(ReadOnlySpan<byte> bytes) =>
        bytes.Length < FrameLimits.PrefixBytes
            ? 0
            : checked(FrameLimits.PrefixBytes + (int)FrameLimits.LengthAt(bytes));
}
