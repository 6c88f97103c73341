using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Engine.WebSeeds;

/// <summary>
/// Makes piece messages of a stream of bytes that are the blocks one behind the other. The bytes are read into the
/// buffer that the messages are to be in, behind room for the headers, and then moved to the front block by block.
/// </summary>
/// <remarks>
/// <code>
///  read   [ room for 2 headers | rest of a | b          | c    ]   Prepare said where to read and how much
///  laid   [ rest of a | head b | b          | head c | c       ]   Lay
/// </code>
/// </remarks>
internal sealed class PieceFramer
{
    private readonly byte[] _head = new byte[PeerMessages.PieceHeaderLength];
    private int _headLeft;
    private int _left;

    /// <summary>The blocks that come after the one that is begun.</summary>
    public Queue<BlockSpan> Blocks { get; } = new();

    /// <summary>True where one message has ended and the next has not begun.</summary>
    public bool IsBetweenMessages => _left == 0 && _headLeft == 0;

    /// <summary>True while there is nothing to frame.</summary>
    public bool IsEmpty => IsBetweenMessages && Blocks.Count == 0;

    /// <summary>How much to read next, and where to.</summary>
    /// <param name="room">Bytes that the buffer has.</param>
    /// <param name="available">Bytes that there can be to read at the most.</param>
    /// <returns>
    /// Offset in the buffer and number of bytes; 0 bytes when the buffer is too small for anything but
    /// <see cref="WriteHead"/>, or a head is half written.
    /// </returns>
    public (int Shift, int Bytes) Prepare(int room, long available)
    {
        if (_headLeft > 0) return default;
        int bytes = Least(_left, room, available);
        if (bytes < _left) return (0, bytes);
        room -= bytes;
        int shift = 0;
        foreach (BlockSpan block in Blocks)
        {
            room -= PeerMessages.PieceHeaderLength;
            if (room <= 0 || bytes == available) break;
            shift += PeerMessages.PieceHeaderLength;
            int take = Least(block.Length, room, available - bytes);
            bytes += take;
            room -= take;
            if (take < block.Length) break;
        }
        return (shift, bytes);
    }

    /// <summary>Makes messages of what was read, at the start of the buffer.</summary>
    /// <param name="buffer">What was read to.</param>
    /// <param name="shift">Where <see cref="Prepare"/> said to read to.</param>
    /// <param name="count">Bytes that were read.</param>
    /// <returns>Bytes of messages.</returns>
    public int Lay(Span<byte> buffer, int shift, int count)
    {
        int from = shift, to = 0;
        while (count > 0)
        {
            if (_left == 0)
            {
                Begin(buffer[to..]);
                to += PeerMessages.PieceHeaderLength;
            }
            int take = Math.Min(_left, count);
            if (from != to) buffer.Slice(from, take).CopyTo(buffer[to..]);
            from += take;
            to += take;
            count -= take;
            _left -= take;
        }
        return to;
    }

    /// <summary>Writes as much of the next head as there is room for; for buffers that hold no more.</summary>
    public int WriteHead(Span<byte> buffer)
    {
        if (_headLeft == 0)
        {
            Begin(_head);
            _headLeft = _head.Length;
        }
        int count = Math.Min(_headLeft, buffer.Length);
        _head.AsSpan(_head.Length - _headLeft, count).CopyTo(buffer);
        _headLeft -= count;
        return count;
    }

    private void Begin(Span<byte> head)
    {
        BlockSpan block = Blocks.Dequeue();
        PeerMessages.WritePieceHeader(head, block);
        _left = block.Length;
    }

    private static int Least(int one, int other, long third) => (int)Math.Min(Math.Min(one, other), third);
}
