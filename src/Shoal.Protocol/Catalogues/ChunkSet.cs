using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace Shoal.Protocol.Catalogues;

/// <summary>
/// Numbers of chunks that an endpoint holds, as ranges: all chunks of a large file cost as little as one. Immutable.
/// In JSON it is a list of numbers as in <c>[0, 1, 2]</c>, or a text of ranges as in <c>"0-2,7"</c>.
/// </summary>
[JsonConverter(typeof(ChunkSetConverter))]
public sealed class ChunkSet : IEquatable<ChunkSet>
{
    /// <summary>
    /// Chunks are numbered below this: 16 GiB in chunks of 1024 bytes, and any file in larger ones. A choice of ours.
    /// </summary>
    public const int MaxChunks = 1 << 24;

    /// <summary>
    /// Ranges in a set at the most; no torrent with fewer than 32,768 pieces has more. A choice of ours.
    /// </summary>
    public const int MaxRanges = 16_384;

    // First, end, first, end, ...; ascending, no two ranges touch.
    private readonly ImmutableArray<int> _bounds;

    private ChunkSet(ImmutableArray<int> bounds) => _bounds = bounds;

    /// <summary>No chunk at all.</summary>
    public static ChunkSet Empty { get; } = new([]);

    /// <summary>How many separate ranges there are.</summary>
    public int RangeCount => _bounds.Length / 2;

    /// <summary>How many chunks there are.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            for (int i = 0; i < _bounds.Length; i += 2) count += _bounds[i + 1] - _bounds[i];
            return count;
        }
    }

    /// <summary>The ranges in order: the first chunk, and the one after the last.</summary>
    public IEnumerable<(int First, int End)> Ranges
    {
        get
        {
            for (int i = 0; i < _bounds.Length; i += 2) yield return (_bounds[i], _bounds[i + 1]);
        }
    }

    /// <summary>The chunks from 0 to below <paramref name="count"/>.</summary>
    public static ChunkSet Whole(int count) => count <= 0 ? Empty : new([0, Math.Min(count, MaxChunks)]);

    /// <summary>
    /// The chunks in ranges of any order, which may overlap; null when a number is out of range or there are too many
    /// ranges.
    /// </summary>
    public static ChunkSet? Of(IEnumerable<(int First, int End)> ranges)
    {
        List<(int First, int End)> sorted = [];
        foreach ((int first, int end) in ranges)
        {
            if (first < 0 || end > MaxChunks || end < first) return null;
            if (end == first) continue;
            // Most callers come in order, so that a list of numbers never takes more than its ranges.
            if (sorted.Count > 0 && sorted[^1].End == first) sorted[^1] = (sorted[^1].First, end);
            else sorted.Add((first, end));
        }
        sorted.Sort();
        List<int> bounds = [];
        foreach ((int first, int end) in sorted)
        {
            if (bounds.Count > 0 && first <= bounds[^1]) bounds[^1] = Math.Max(bounds[^1], end);
            else bounds.AddRange([first, end]);
        }
        return bounds.Count > 2 * MaxRanges ? null : new([.. bounds]);
    }

    /// <summary>Both together; null when that takes too many ranges.</summary>
    public ChunkSet? Union(ChunkSet other) => Of(Ranges.Concat(other.Ranges));

    /// <summary>True when the chunk is one of them.</summary>
    public bool Contains(int chunk)
    {
        int at = _bounds.AsSpan().BinarySearch(chunk);
        // A first number is in, an end is out; between them it depends on which is next.
        return at >= 0 ? at % 2 == 0 : ~at % 2 == 1;
    }

    /// <summary>The chunks below a number.</summary>
    public ChunkSet Below(int end)
    {
        List<int> bounds = [];
        foreach ((int first, int last) in Ranges)
            if (first < end) bounds.AddRange([first, Math.Min(last, end)]);
        return new([.. bounds]);
    }

    /// <summary>Reads ranges as <see cref="ToString"/> writes them, in any order.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ChunkSet? chunks)
    {
        chunks = null;
        List<(int, int)> ranges = [];
        if (text.Trim().IsEmpty)
        {
            chunks = Empty;
            return true;
        }
        foreach (Range part in text.Split(','))
        {
            ReadOnlySpan<char> range = text[part].Trim();
            int dash = range.IndexOf('-');
            if (!TryNumber(dash < 0 ? range : range[..dash], out int first)) return false;
            int last = first;
            if (dash >= 0 && (!TryNumber(range[(dash + 1)..], out last) || last < first)) return false;
            ranges.Add((first, last + 1));
            // Ranges that touch may merge to fewer, but nobody who means well sends twice as many.
            if (ranges.Count > 2 * MaxRanges) return false;
        }
        chunks = Of(ranges);
        return chunks is not null;
    }

    /// <summary>The set as bytes: each number as its distance from the one before, seven bits a byte.</summary>
    public byte[] ToBytes()
    {
        var bytes = new ArrayBufferWriter<byte>();
        int before = 0;
        foreach (int bound in _bounds)
        {
            uint distance = (uint)(bound - before);
            before = bound;
            Span<byte> room = bytes.GetSpan(5);
            int length = 0;
            for (; distance >= 0x80; distance >>= 7) room[length++] = (byte)(distance | 0x80);
            room[length++] = (byte)distance;
            bytes.Advance(length);
        }
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null when it is something else.</summary>
    public static ChunkSet? FromBytes(ReadOnlySpan<byte> bytes)
    {
        List<int> bounds = [];
        long at = 0;
        for (int i = 0; i < bytes.Length;)
        {
            int shift = 0;
            long distance = 0;
            byte next;
            do
            {
                if (i == bytes.Length || shift > 28) return null;
                next = bytes[i++];
                distance |= (long)(next & 0x7f) << shift;
                shift += 7;
            }
            while (next >= 0x80);
            at += distance;
            if (at > MaxChunks || (bounds.Count > 0 && distance == 0) || bounds.Count == 2 * MaxRanges) return null;
            bounds.Add((int)at);
        }
        return bounds.Count % 2 == 0 ? new([.. bounds]) : null;
    }

    /// <inheritdoc/>
    public bool Equals(ChunkSet? other) => other is not null && _bounds.AsSpan().SequenceEqual(other._bounds.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ChunkSet);

    /// <inheritdoc/>
    public override int GetHashCode() =>
        _bounds.Length == 0 ? 0 : HashCode.Combine(_bounds.Length, _bounds[0], _bounds[^1]);

    /// <summary>The ranges, ends included: <c>0-2,7</c>.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        foreach ((int first, int end) in Ranges)
        {
            if (text.Length > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{first}");
            if (end - first > 1) text.Append(CultureInfo.InvariantCulture, $"-{end - 1}");
        }
        return text.ToString();
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number < MaxChunks;
}
