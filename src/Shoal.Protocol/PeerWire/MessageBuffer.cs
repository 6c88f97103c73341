using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// A growable queue of bytes: writers append at the end, whoever sends takes from the front. It has one owner and no
/// locks. Memory that <see cref="PendingMemory"/> handed out stays as it is until the next write or
/// <see cref="Consume"/>, so a send in flight must end before either.
/// </summary>
/// <remarks>
/// <code>
///  _bytes:  | consumed |  pending  |  free  |
///           0        _start      _end     Length
/// </code>
/// After a burst the memory goes back: at once when the array is very large, and otherwise when the buffer has been
/// drained <see cref="CalmDrains"/> times in a row with little in it. A connection that writes steadily allocates
/// nothing, and one that went quiet holds no more than <see cref="RetainedBytes"/> for long.
/// </remarks>
public sealed class MessageBuffer : IBufferWriter<byte>
{
    /// <summary>An array up to this many bytes is always kept: some 240 request messages fit.</summary>
    public const int RetainedBytes = 4 * 1024;

    /// <summary>An array over this many bytes is dropped as soon as it is drained.</summary>
    public const int BurstBytes = 256 * 1024;

    /// <summary>So many drains in a row that used under a quarter of the array give a middling one back.</summary>
    public const int CalmDrains = 16;

    private const int FirstBytes = 256;

    private byte[] _bytes = [];
    private int _start;
    private int _end;
    private int _peak;
    private int _calmDrains;

    /// <summary>Number of bytes that wait.</summary>
    public int Length => _end - _start;

    /// <summary>True when nothing waits.</summary>
    public bool IsEmpty => _end == _start;

    /// <summary>Bytes of memory held now, used or not.</summary>
    public int Capacity => _bytes.Length;

    /// <summary>The bytes that wait, oldest first.</summary>
    public ReadOnlySpan<byte> Pending => _bytes.AsSpan(_start, Length);

    /// <summary>The bytes that wait, oldest first, for a send, which may overwrite them.</summary>
    public Memory<byte> PendingMemory => _bytes.AsMemory(_start, Length);

    /// <summary>Takes bytes from the front.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer bytes than that.</exception>
    public void Consume(int count)
    {
        if ((uint)count > (uint)Length) ThrowTooMany(nameof(count), count);
        _start += count;
        if (_start == _end && _end != 0) Drained();
    }

    /// <summary>Drops all that waits.</summary>
    public void Clear() => Consume(Length);

    /// <inheritdoc/>
    public void Advance(int count)
    {
        if ((uint)count > (uint)(_bytes.Length - _end)) ThrowTooMany(nameof(count), count);
        _end += count;
        if (Length > _peak) _peak = Length;
    }

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsMemory(_end);
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _bytes.AsSpan(_end);
    }

    /// <summary>Appends a copy of the bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_end));
        Advance(bytes.Length);
    }

    /// <summary>Appends exactly so many bytes, whose content the caller sets before anything else is called.</summary>
    internal Span<byte> Append(int count)
    {
        Reserve(count);
        Span<byte> span = _bytes.AsSpan(_end, count);
        Advance(count);
        return span;
    }

    private void Reserve(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (count == 0) count = 1;
        if (_bytes.Length - _end < count) MakeRoom(count);
    }

    private void MakeRoom(int count)
    {
        int needed = checked(Length + count);
        byte[] target = _bytes;
        // Moving the bytes to the front is cheap only while they are few beside the room that it wins.
        if (needed > _bytes.Length / 2)
        {
            long doubled = Math.Max(_bytes.Length * 2L, FirstBytes);
            target = new byte[(int)Math.Min(Math.Max(doubled, needed), Array.MaxLength)];
        }
        Buffer.BlockCopy(_bytes, _start, target, 0, Length);
        _end = Length;
        _start = 0;
        _bytes = target;
    }

    private void Drained()
    {
        _start = 0;
        _end = 0;
        if (_bytes.Length > RetainedBytes)
        {
            _calmDrains = _peak < _bytes.Length / 4 ? _calmDrains + 1 : 0;
            if (_bytes.Length > BurstBytes || _calmDrains >= CalmDrains)
            {
                _bytes = [];
                _calmDrains = 0;
            }
        }
        _peak = 0;
    }

    [DoesNotReturn]
    private void ThrowTooMany(string name, int count) =>
        throw new ArgumentOutOfRangeException(name, count, $"{Length} bytes wait and {_bytes.Length - _end} are free.");
}
