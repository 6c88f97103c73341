using Shoal.Protocol;

namespace Shoal.Engine.WebSeeds;

/// <summary>
/// Blocks that were asked of a web seed and not begun. Those that lie one behind the other leave it together, so that
/// one request over HTTP is made for many of the peer wire. Not safe to use from two threads.
/// </summary>
internal sealed class WebSeedQueue(WebSeedLayout layout)
{
    /// <summary>Bytes that one run has at the most; libtorrent's urlseed_max_request_bytes.</summary>
    public const int MaxRunBytes = 16 << 20;

    private readonly Queue<BlockSpan> _blocks = new();

    /// <summary>Bytes of the blocks that wait.</summary>
    public long Bytes { get; private set; }

    /// <summary>Adds a block at the end.</summary>
    public void Add(BlockSpan block)
    {
        _blocks.Enqueue(block);
        Bytes += block.Length;
    }

    /// <summary>Takes a block out; false when it was begun already, or never asked for.</summary>
    public bool Remove(BlockSpan block)
    {
        bool found = false;
        // Once round: what stays keeps its order.
        for (int left = _blocks.Count; left > 0; left--)
        {
            BlockSpan next = _blocks.Dequeue();
            if (!found && next == block) found = true;
            else _blocks.Enqueue(next);
        }
        if (found) Bytes -= block.Length;
        return found;
    }

    /// <summary>Takes the first block and those that follow it both here and in the content.</summary>
    /// <param name="run">Takes the blocks.</param>
    /// <returns>Where the run begins in the piece space, and its bytes; 0 of them when nothing waits.</returns>
    public (long Offset, int Length) TakeRun(Queue<BlockSpan> run)
    {
        if (!_blocks.TryPeek(out BlockSpan block)) return default;
        long offset = layout.OffsetOf(block);
        int length = 0;
        do
        {
            run.Enqueue(_blocks.Dequeue());
            length += block.Length;
        }
        while (_blocks.TryPeek(out block) && layout.OffsetOf(block) == offset + length
            && length + block.Length <= MaxRunBytes);
        Bytes -= length;
        return (offset, length);
    }
}
