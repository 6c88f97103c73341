using System.Buffers.Binary;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>A message that a fake peer got from the brain.</summary>
/// <param name="Id">Its kind; null for a keep-alive.</param>
/// <param name="Payload">What followed the kind.</param>
internal sealed record Heard(PeerMessageId? Id, byte[] Payload)
{
    /// <summary>Reads all messages that wait in a buffer, and takes them out.</summary>
    public static List<Heard> All(MessageBuffer outbox)
    {
        var heard = new List<Heard>();
        while (!outbox.IsEmpty)
        {
            FrameStatus status = PeerFrame.TryRead(
                outbox.Pending, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int consumed);
            Assert.True(status is FrameStatus.Ok or FrameStatus.KeepAlive, $"The brain wrote a {status} frame.");
            bool isMessage = status == FrameStatus.Ok;
            heard.Add(new Heard(isMessage ? frame.Id : null, isMessage ? frame.Payload.ToArray() : []));
            outbox.Consume(consumed);
        }
        return heard;
    }

    /// <summary>The block of a request, cancel or reject.</summary>
    public BlockSpan Block(PieceGeometry geometry)
    {
        uint length = Payload.Length == 12 ? Number(8) : 0;
        Assert.True(geometry.TrySpan(Number(0), Number(4), length, out BlockSpan block), $"{Id} names no block.");
        return block;
    }

    /// <summary>One of the numbers that the payload consists of.</summary>
    public uint Number(int at) => BinaryPrimitives.ReadUInt32BigEndian(Payload.AsSpan(at));
}
