namespace Shoal.Storage.Files;

/// <summary>
/// Cuts a list of buffers into consecutive stretches, one per file that a vectored call goes to.
/// </summary>
internal struct VectorCursor
{
    private int _buffer;
    private int _offset;

    /// <summary>Puts the next bytes of <paramref name="source"/> into an empty list.</summary>
    public void Take(IReadOnlyList<Memory<byte>> source, long length, List<Memory<byte>> into)
    {
        while (length > 0)
        {
            Memory<byte> buffer = source[_buffer][_offset..];
            int count = Advance(buffer.Length, length);
            if (count > 0) into.Add(buffer[..count]);
            length -= count;
        }
    }

    /// <inheritdoc cref="Take(IReadOnlyList{Memory{byte}}, long, List{Memory{byte}})"/>
    public void Take(IReadOnlyList<ReadOnlyMemory<byte>> source, long length, List<ReadOnlyMemory<byte>> into)
    {
        while (length > 0)
        {
            ReadOnlyMemory<byte> buffer = source[_buffer][_offset..];
            int count = Advance(buffer.Length, length);
            if (count > 0) into.Add(buffer[..count]);
            length -= count;
        }
    }

    private int Advance(int available, long wanted)
    {
        int count = (int)Math.Min(available, wanted);
        _offset += count;
        if (count == available)
        {
            _buffer++;
            _offset = 0;
        }
        return count;
    }
}
