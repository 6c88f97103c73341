namespace Shoal.Protocol.Bencoding;

/// <summary>The entries of a dictionary in the order of the bytes, for <c>foreach</c>; it allocates nothing.</summary>
public struct BencodeEntries
{
    private readonly BencodeDocument? _document;
    private readonly int _end;
    private int _key;
    private int _next;

    internal BencodeEntries(BencodeDocument document, int dictionary)
    {
        _document = document;
        _end = document.Next(dictionary);
        _next = dictionary + 1;
    }

    /// <summary>The entry at which the walk stands.</summary>
    public readonly BencodeEntry Current =>
        new(new BencodeNode(_document!, _key), new BencodeNode(_document!, _key + 1));

    /// <summary>A walk that begins before the first entry.</summary>
    public readonly BencodeEntries GetEnumerator() => this;

    /// <summary>Steps to the next entry; false after the last.</summary>
    public bool MoveNext()
    {
        if (_next >= _end) return false;
        _key = _next;
        _next = _document!.Next(_key + 1);
        return true;
    }
}

/// <summary>One key of a dictionary and the value under it.</summary>
public readonly struct BencodeEntry
{
    internal BencodeEntry(BencodeNode key, BencodeNode value)
    {
        KeyNode = key;
        Value = value;
    }

    /// <summary>The bytes of the key, which need not be text.</summary>
    public ReadOnlySpan<byte> Key => KeyNode.Bytes;

    /// <summary>The key as a node, for its memory.</summary>
    public BencodeNode KeyNode { get; }

    /// <summary>The value under the key.</summary>
    public BencodeNode Value { get; }
}
