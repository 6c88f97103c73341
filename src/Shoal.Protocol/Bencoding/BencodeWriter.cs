using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics;
using System.Text;

namespace Shoal.Protocol.Bencoding;

/// <summary>
/// Writes bencoding (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>) straight into a growing
/// buffer. Keys must be written in the order of their bytes, each once; debug builds check it.
/// </summary>
public sealed class BencodeWriter
{
    /// <summary>Digits of the longest number, and its marks.</summary>
    private const int MaxNumberBytes = 24;

    private readonly IBufferWriter<byte> _output;
    private readonly ArrayBufferWriter<byte>? _own;

    /// <summary>What is open, with the last key of each dictionary. Only debug builds fill it.</summary>
    private Stack<(bool IsDictionary, byte[]? LastKey)>? _open;

    /// <summary>A writer with a buffer of its own, read by <see cref="Written"/> and <see cref="ToArray"/>.</summary>
    public BencodeWriter()
    {
        _own = new ArrayBufferWriter<byte>();
        _output = _own;
    }

    /// <summary>A writer that appends to <paramref name="output"/>.</summary>
    public BencodeWriter(IBufferWriter<byte> output) => _output = output;

    /// <summary>What has been written to the writer's own buffer; empty when it writes to another's.</summary>
    public ReadOnlyMemory<byte> Written => _own?.WrittenMemory ?? default;

    /// <summary>A copy of <see cref="Written"/>.</summary>
    public byte[] ToArray() => Written.ToArray();

    /// <summary>Empties the writer's own buffer and keeps its memory for the next value.</summary>
    public void Clear()
    {
        _own?.ResetWrittenCount();
        _open?.Clear();
    }

    /// <summary>Opens a dictionary; keys and values follow, then <see cref="End"/>.</summary>
    public void BeginDictionary()
    {
        Mark((byte)'d');
        OpenFrame(isDictionary: true);
    }

    /// <summary>Opens a list; values follow, then <see cref="End"/>.</summary>
    public void BeginList()
    {
        Mark((byte)'l');
        OpenFrame(isDictionary: false);
    }

    /// <summary>Closes the innermost dictionary or list.</summary>
    public void End()
    {
        CloseFrame();
        Mark((byte)'e');
    }

    /// <summary>Writes a key of a dictionary, whose value comes next.</summary>
    public void Key(ReadOnlySpan<byte> key)
    {
        CheckKey(key);
        String(key);
    }

    /// <summary>Writes a string of bytes.</summary>
    public void String(ReadOnlySpan<byte> value)
    {
        Number(value.Length, (byte)':');
        _output.Write(value);
    }

    /// <summary>Writes text as the bytes of its UTF-8 form.</summary>
    public void String(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        Number(length, (byte)':');
        _output.Advance(Encoding.UTF8.GetBytes(value, _output.GetSpan(Math.Max(1, length))));
    }

    /// <summary>Writes a number.</summary>
    public void Integer(long value)
    {
        Mark((byte)'i');
        Number(value, (byte)'e');
    }

    /// <summary>Writes one value that is bencoded already, as it is.</summary>
    public void Raw(ReadOnlySpan<byte> encoded) => _output.Write(encoded);

    /// <summary>Writes a key and a number.</summary>
    public void Pair(ReadOnlySpan<byte> key, long value)
    {
        Key(key);
        Integer(value);
    }

    /// <summary>Writes a key and a string of bytes.</summary>
    public void Pair(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        Key(key);
        String(value);
    }

    /// <summary>Writes a key and text.</summary>
    public void Pair(ReadOnlySpan<byte> key, string value)
    {
        Key(key);
        String(value);
    }

    private void Mark(byte mark)
    {
        _output.GetSpan(1)[0] = mark;
        _output.Advance(1);
    }

    private void Number(long value, byte end)
    {
        Span<byte> space = _output.GetSpan(MaxNumberBytes);
        bool fits = Utf8Formatter.TryFormat(value, space, out int written);
        Debug.Assert(fits, "Twenty digits and a sign always fit.");
        space[written] = end;
        _output.Advance(written + 1);
    }

    [Conditional("DEBUG")]
    private void OpenFrame(bool isDictionary)
    {
        _open ??= [];
        _open.Push((isDictionary, null));
    }

    [Conditional("DEBUG")]
    private void CloseFrame()
    {
        bool open = _open is not null && _open.TryPop(out _);
        Debug.Assert(open, "Nothing is open.");
    }

    [Conditional("DEBUG")]
    private void CheckKey(ReadOnlySpan<byte> key)
    {
        _open ??= [];
        bool open = _open.TryPop(out (bool IsDictionary, byte[]? LastKey) frame);
        Debug.Assert(open && frame.IsDictionary, "A key stands only in a dictionary.");
        bool sorted = frame.LastKey is null || key.SequenceCompareTo(frame.LastKey) > 0;
        Debug.Assert(sorted, "Keys come in the order of their bytes, each once.");
        _open.Push((true, key.ToArray()));
    }
}
