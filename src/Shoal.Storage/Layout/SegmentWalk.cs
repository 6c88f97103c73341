namespace Shoal.Storage.Layout;

/// <summary>Walks the stretches of some bytes of the piece space with <c>foreach</c>, without allocating.</summary>
internal struct SegmentWalk(FileLayout layout, long offset, long length)
{
    private long _offset = offset;
    private long _left = length;

    public FileSegment Current { get; private set; }

    public readonly SegmentWalk GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_left <= 0) return false;
        Current = layout.At(_offset, _left);
        _offset += Current.Length;
        _left -= Current.Length;
        return true;
    }
}
