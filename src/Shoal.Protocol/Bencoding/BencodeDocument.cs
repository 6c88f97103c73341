using System.Diagnostics.CodeAnalysis;

namespace Shoal.Protocol.Bencoding;

/// <summary>
/// A parsed bencoded value (<see href="https://www.bittorrent.org/beps/bep_0003.html">BEP 3</see>). It copies nothing:
/// nodes are places in the bytes that were given, which the caller keeps unchanged as long as the document is used.
/// </summary>
public sealed class BencodeDocument
{
    /// <summary>Deepest stack that is taken from the thread's own memory.</summary>
    private const int MaxStackFrames = 128;

    private readonly BencodeToken[] _tokens;

    private BencodeDocument(ReadOnlyMemory<byte> data, in BencodeParser parser)
    {
        Data = data;
        _tokens = parser.Tokens;
        ConsumedBytes = parser.Consumed;
        Flaws = parser.Flaws;
    }

    /// <summary>The outermost value.</summary>
    public BencodeNode Root => new(this, 0);

    /// <summary>Bytes of the value; less than the input only where trailing bytes are allowed.</summary>
    public int ConsumedBytes { get; }

    /// <summary>What keeps the bytes from being the canonical encoding.</summary>
    public BencodeFlaws Flaws { get; }

    /// <summary>True when encoding the value again gives the same bytes.</summary>
    public bool IsCanonical => Flaws == BencodeFlaws.None;

    internal ReadOnlyMemory<byte> Data { get; }

    /// <summary>Parses one value at the start of <paramref name="data"/>.</summary>
    /// <param name="data">The bytes, which the document goes on using.</param>
    /// <param name="limits">What the parse may cost.</param>
    /// <param name="document">The document, or null when false is returned.</param>
    /// <param name="error">Why and where it failed; kind none on success.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> data,
        BencodeLimits limits,
        [NotNullWhen(true)] out BencodeDocument? document,
        out BencodeError error)
    {
        var parser = new BencodeParser(data.Span, limits);
        Span<BencodeFrame> stack = limits.MaxDepth <= MaxStackFrames
            ? stackalloc BencodeFrame[MaxStackFrames]
            : new BencodeFrame[limits.MaxDepth];
        bool parsed = parser.TryParse(stack[..limits.MaxDepth]);
        error = parser.Error;
        document = parsed ? new BencodeDocument(data, parser) : null;
        return parsed;
    }

    internal BencodeToken Token(int index) => _tokens[index];

    /// <summary>The token that follows a value and all that it holds.</summary>
    internal int Next(int index) => Kind(index) is BencodeKind.String ? index + 1 : index + _tokens[index].Extra;

    internal BencodeKind Kind(int index) => Data.Span[_tokens[index].Start] switch
    {
        (byte)'d' => BencodeKind.Dictionary,
        (byte)'l' => BencodeKind.List,
        (byte)'i' => BencodeKind.Integer,
        _ => BencodeKind.String,
    };
}
