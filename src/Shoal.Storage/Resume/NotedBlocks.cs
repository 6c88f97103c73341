using Shoal.Protocol;

namespace Shoal.Storage.Resume;

/// <summary>Blocks of an unfinished piece that a journal has noted.</summary>
/// <param name="Span">The blocks, one behind the other.</param>
/// <param name="Offset">Where in the journal it says so; <see cref="Settled"/> once that does not matter.</param>
internal readonly record struct NotedBlocks(BlockSpan Span, int Offset)
{
    /// <summary>In place of an offset: the blocks are on the medium.</summary>
    public const int Settled = -1;

    /// <summary>True when the blocks are on the medium.</summary>
    public bool IsSettled => Offset == Settled;
}
