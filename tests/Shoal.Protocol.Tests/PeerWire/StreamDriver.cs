using Shoal.Protocol.PeerWire;

namespace Shoal.Protocol.Tests.PeerWire;

/// <summary>One message as a receive loop saw it.</summary>
internal sealed record SeenFrame(PeerMessageId? Id, string Payload)
{
    public static SeenFrame KeepAlive { get; } = new(null, "");
}

/// <summary>
/// A receive loop without a socket: takes bytes in whatever portions they arrive, asks the scanner for whole frames
/// and reads those, as a connection does.
/// </summary>
internal sealed class StreamDriver(int maxFrameBytes = PeerFrame.DefaultMaxBytes)
{
    private readonly MessageBuffer _received = new();

    public List<SeenFrame> Frames { get; } = [];

    public bool IsClosed { get; private set; }

    public int Unread => _received.Length;

    public void Receive(ReadOnlySpan<byte> bytes)
    {
        if (IsClosed) return;
        _received.Write(bytes);
        FrameStatus scan = FrameScanner.ScanWholeFrames(_received.Pending, maxFrameBytes, out int whole);
        ReadOnlySpan<byte> rest = _received.Pending[..whole];
        while (!rest.IsEmpty)
        {
            FrameStatus status = PeerFrame.TryRead(rest, maxFrameBytes, out PeerFrame frame, out int consumed);
            Assert.True(status is FrameStatus.Ok or FrameStatus.KeepAlive);
            Frames.Add(status == FrameStatus.KeepAlive
                ? SeenFrame.KeepAlive
                : new SeenFrame(frame.Id, Convert.ToHexString(frame.Payload)));
            rest = rest[consumed..];
        }
        _received.Consume(whole);
        if (scan == FrameStatus.TooLong) IsClosed = true;
    }

    /// <summary>
    /// Runs the bytes whole, split in two at every place and one by one, and requires the same outcome each time.
    /// </summary>
    public static StreamDriver RunEveryWay(ReadOnlySpan<byte> bytes, int maxFrameBytes = PeerFrame.DefaultMaxBytes)
    {
        var whole = new StreamDriver(maxFrameBytes);
        whole.Receive(bytes);
        for (int split = 1; split < bytes.Length; split++)
        {
            var driver = new StreamDriver(maxFrameBytes);
            driver.Receive(bytes[..split]);
            driver.Receive(bytes[split..]);
            whole.RequireSame(driver);
        }
        var single = new StreamDriver(maxFrameBytes);
        for (int i = 0; i < bytes.Length; i++) single.Receive(bytes.Slice(i, 1));
        whole.RequireSame(single);
        return whole;
    }

    private void RequireSame(StreamDriver other)
    {
        Assert.Equal(Frames, other.Frames);
        Assert.Equal(IsClosed, other.IsClosed);
        if (!IsClosed) Assert.Equal(Unread, other.Unread);
    }
}
