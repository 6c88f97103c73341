using System.Buffers.Text;
using System.Text;

namespace Shoal.Engine.Lines;

/// <summary>
/// One request of the line protocol, by which simple peers fetch a file in chunks:
/// <code>
/// GET_CHUNK &lt;file_hash&gt; &lt;chunk_id&gt; [LF]      answered by      &lt;base64&gt; [LF]
/// </code>
/// The first programs that spoke it send no line feed and take the end of the connection for the end of the answer;
/// with a line feed the connection serves any number of requests. docs/CATALOGUE.md describes it.
/// </summary>
/// <param name="FileHash">What the file is known by.</param>
/// <param name="Chunk">Number of the chunk, from 0.</param>
internal readonly record struct ChunkLine(string FileHash, int Chunk)
{
    /// <summary>Bytes of a request at the most: the word, a hash of 128 characters and a number.</summary>
    public const int MaxBytes = 160;

    private static ReadOnlySpan<byte> Word => "GET_CHUNK "u8;

    /// <summary>Reads a request from the start of what was received.</summary>
    /// <param name="bytes">What was received so far.</param>
    /// <param name="line">The request, when there is one.</param>
    /// <param name="used">Bytes that it takes, its line feed included.</param>
    public static ChunkLineStatus TryRead(ReadOnlySpan<byte> bytes, out ChunkLine line, out int used)
    {
        line = default;
        int end = bytes.IndexOf((byte)'\n');
        used = end + 1;
        bool isEnded = end >= 0;
        ReadOnlySpan<byte> text = (isEnded ? bytes[..end] : bytes).TrimEnd("\r "u8);
        if ((isEnded ? end : bytes.Length) > MaxBytes) return ChunkLineStatus.Bad;
        int common = Math.Min(text.Length, Word.Length);
        if (!text[..common].SequenceEqual(Word[..common])) return ChunkLineStatus.Bad;
        ChunkLineStatus partial = isEnded ? ChunkLineStatus.Bad : ChunkLineStatus.NeedMore;
        if (text.Length <= Word.Length) return partial;
        text = text[Word.Length..];
        int blank = text.IndexOf((byte)' ');
        if (blank <= 0) return partial;
        ReadOnlySpan<byte> number = text[(blank + 1)..].TrimStart((byte)' ');
        if (number.IsEmpty) return partial;
        bool isNumber = Utf8Parser.TryParse(number, out int chunk, out int read) && read == number.Length && chunk >= 0;
        if (!isNumber) return ChunkLineStatus.Bad;
        line = new ChunkLine(Encoding.ASCII.GetString(text[..blank]), chunk);
        return isEnded ? ChunkLineStatus.Line : ChunkLineStatus.WithoutEnd;
    }

    /// <summary>The request as it is sent.</summary>
    public byte[] ToBytes() => Encoding.ASCII.GetBytes(FormattableString.Invariant($"GET_CHUNK {FileHash} {Chunk}\n"));
}

/// <summary>What stands at the start of received bytes.</summary>
internal enum ChunkLineStatus
{
    /// <summary>The start of a request.</summary>
    NeedMore = 0,

    /// <summary>A request with its line feed.</summary>
    Line,

    /// <summary>What is a request if nothing follows.</summary>
    WithoutEnd,

    /// <summary>No request.</summary>
    Bad,
}
