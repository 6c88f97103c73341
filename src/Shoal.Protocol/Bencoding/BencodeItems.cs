namespace Shoal.Protocol.Bencoding;

/// <summary>The values of a list, for <c>foreach</c>; it allocates nothing.</summary>
public struct BencodeItems
{
    private readonly BencodeDocument? _document;
    private readonly int _end;
    private int _at;
    private int _next;

    internal BencodeItems(BencodeDocument document, int list)
    {
        _document = document;
        _end = document.Next(list);
        _next = list + 1;
    }

    /// <summary>The value at which the walk stands.</summary>
    public readonly BencodeNode Current => new(_document!, _at);

    /// <summary>A walk that begins before the first value.</summary>
    public readonly BencodeItems GetEnumerator() => this;

    /// <summary>Steps to the next value; false after the last.</summary>
    public bool MoveNext()
    {
        if (_next >= _end) return false;
        _at = _next;
        _next = _document!.Next(_at);
        return true;
    }
}
