using Shoal.Protocol;

namespace Shoal.Lab.Simulation;

/// <summary>
/// What travels on a connection in one go: whole messages, or the end of the connection. Blocks whose bytes are not
/// kept travel as their spans. Pooled by the network.
/// </summary>
internal sealed class SimPacket
{
    /// <summary>Blocks that one packet carries at the most.</summary>
    public const int MaxBlocks = 16;

    private byte[] _bytes = new byte[64];

    /// <summary>The end that it goes to.</summary>
    public SimLink To { get; set; } = null!;

    /// <summary>The messages as bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    /// <summary>Number of bytes in <see cref="Bytes"/>.</summary>
    public int Length { get; private set; }

    /// <summary>Blocks that follow them, whose bytes nobody keeps.</summary>
    public BlockSpan[] Blocks { get; } = new BlockSpan[MaxBlocks];

    /// <summary>Number of <see cref="Blocks"/>.</summary>
    public int BlockCount { get; set; }

    /// <summary>Bit i is set when block i was spoiled by its sender.</summary>
    public int SpoiledBlocks { get; set; }

    /// <summary>Payload of blocks, kept or not.</summary>
    public int BlockBytes { get; set; }

    /// <summary>When its first byte reaches the receiver's line.</summary>
    public TimeSpan FirstByteAt { get; set; }

    /// <summary>True when it is the end of the connection that arrives.</summary>
    public bool IsEnd { get; set; }

    /// <summary>True when the end is a reset rather than a good-bye.</summary>
    public bool IsReset { get; set; }

    /// <summary>Adds bytes behind those that are there.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Append(bytes.Length));

    /// <summary>Room for bytes behind those that are there, to be filled now.</summary>
    public Span<byte> Append(int count)
    {
        if (_bytes.Length - Length < count) Array.Resize(ref _bytes, Math.Max(Length + count, 2 * _bytes.Length));
        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }

    /// <summary>Makes the packet as new.</summary>
    public void Clear()
    {
        // A packet that once carried blocks is not to hold their room for ever.
        if (_bytes.Length > 1024) _bytes = new byte[64];
        To = null!;
        Length = BlockCount = SpoiledBlocks = BlockBytes = 0;
        IsEnd = IsReset = false;
    }
}
