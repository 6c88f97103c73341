using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;

namespace Shoal.Protocol.Bencoding;

/// <summary>
/// One value of a <see cref="BencodeDocument"/>. The default node has kind none and behaves as an empty value, so that
/// optional keys can be read without asking first.
/// </summary>
public readonly struct BencodeNode
{
    private readonly BencodeDocument? _document;
    private readonly int _index;

    internal BencodeNode(BencodeDocument document, int index)
    {
        _document = document;
        _index = index;
    }

    /// <summary>The shape of the value.</summary>
    public BencodeKind Kind => _document?.Kind(_index) ?? BencodeKind.None;

    /// <summary>The number of an integer.</summary>
    /// <exception cref="InvalidOperationException">The value is no integer.</exception>
    public long Integer
    {
        get
        {
            if (!TryGetInteger(out long value)) ThrowKind(BencodeKind.Integer);
            return value;
        }
    }

    /// <summary>The content of a string; empty for any other kind.</summary>
    public ReadOnlySpan<byte> Bytes => Memory.Span;

    /// <summary>The content of a string; empty for any other kind.</summary>
    public ReadOnlyMemory<byte> Memory
    {
        get
        {
            if (Kind != BencodeKind.String) return default;
            BencodeToken token = _document!.Token(_index);
            return _document.Data.Slice(token.Start + token.Extra, token.Length - token.Extra);
        }
    }

    /// <summary>The value's own encoding as it stands in the input.</summary>
    public ReadOnlySpan<byte> Raw => RawMemory.Span;

    /// <summary>The value's own encoding as it stands in the input.</summary>
    public ReadOnlyMemory<byte> RawMemory
    {
        get
        {
            if (_document is null) return default;
            BencodeToken token = _document.Token(_index);
            return _document.Data.Slice(token.Start, token.Length);
        }
    }

    /// <summary>The values of a list; none for any other kind.</summary>
    public BencodeItems Items => Kind == BencodeKind.List ? new(_document!, _index) : default;

    /// <summary>The keys and values of a dictionary as they stand; none for any other kind.</summary>
    public BencodeEntries Entries => Kind == BencodeKind.Dictionary ? new(_document!, _index) : default;

    /// <summary>Reads the number of an integer; false for any other kind.</summary>
    public bool TryGetInteger(out long value)
    {
        value = 0;
        // The parser has already proven the digits and the range; only leading zeros are left to the text reader.
        return Kind == BencodeKind.Integer && Utf8Parser.TryParse(Raw[1..^1], out value, out _);
    }

    /// <summary>Finds the value under a key; the first where a flawed dictionary has the key twice.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, out BencodeNode node)
    {
        foreach (BencodeEntry entry in Entries)
        {
            if (!entry.Key.SequenceEqual(key)) continue;
            node = entry.Value;
            return true;
        }
        node = default;
        return false;
    }

    /// <summary>Finds the value under a key if it has the wanted kind.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, BencodeKind kind, out BencodeNode node) =>
        TryGet(key, out node) && node.Kind == kind;

    /// <summary>Finds the integer under a key; false when there is none or the value is of another kind.</summary>
    public bool TryGetInteger(ReadOnlySpan<byte> key, out long value)
    {
        value = 0;
        return TryGet(key, out BencodeNode node) && node.TryGetInteger(out value);
    }

    /// <summary>Finds the string under a key; false when there is none or the value is of another kind.</summary>
    public bool TryGetString(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        bool found = TryGet(key, BencodeKind.String, out BencodeNode node);
        value = found ? node.Bytes : default;
        return found;
    }

    [DoesNotReturn]
    private void ThrowKind(BencodeKind wanted) =>
        throw new InvalidOperationException($"The bencoded value is of kind {Kind}, not {wanted}.");
}
