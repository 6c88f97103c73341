using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;

namespace Shoal.Network;

/// <summary>
/// What TLS stands on: a connection, read and written in large portions, as TLS by itself moves one record of 16 KiB at
/// a time. It gives out no more than one record at a read, so that it knows whether another whole one is there.
/// </summary>
/// <remarks>
/// <code>
///   record:  type 1 │ version 2 │ length 2 │ so many bytes
///   _in:     | given out | rest of a record | whole records | part of one | free |
///            0           _start                                           _end
///   _out:    | sent | gathered | free |
///            0      _sent      _pending
/// </code>
/// An idle connection holds no memory here.
/// </remarks>
internal sealed class RecordStream(IConnection inner) : Stream
{
    private const int HeaderBytes = 5;
    private const int BufferBytes = 128 * 1024;

    // Shorter ones may be messages of TLS itself, after which nothing comes for a while.
    private const int DataBytes = 1024;

    private byte[]? _in;
    private int _start;
    private int _end;
    private int _left;
    private byte[]? _out;
    private int _sent;
    private int _pending;

    /// <summary>True while writes are gathered until <see cref="FlushAsync"/>.</summary>
    public bool IsGathering { get; set; }

    /// <summary>
    /// True when TLS finds data here without waiting: a record of data is whole, maybe behind short ones.
    /// </summary>
    public bool HasRecord
    {
        get
        {
            if (_left != 0) return false;
            int next = _start;
            while (_end - next >= HeaderBytes)
            {
                int length = LengthAt(next);
                next += HeaderBytes + length;
                if (length >= DataBytes) return next <= _end;
            }
            return false;
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // A record begins with its header; until that is whole there is nothing to give.
        while (_end == _start || (_left == 0 && _end - _start < HeaderBytes))
        {
            if (buffer.IsEmpty && _end > _start) return 0;
            if (await ReceiveAsync(buffer.IsEmpty).ConfigureAwait(false)) continue;
            if (buffer.IsEmpty || _end == _start) return 0;
            break;
        }
        if (_left == 0 && _end - _start >= HeaderBytes) _left = HeaderBytes + LengthAt(_start);
        int available = _left == 0 ? _end - _start : Math.Min(_end - _start, _left);
        int count = Math.Min(buffer.Length, available);
        _in.AsSpan(_start, count).CopyTo(buffer.Span);
        _start += count;
        _left = Math.Max(0, _left - count);
        return count;
    }

    public override async ValueTask WriteAsync(
        ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            _out ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
            int count = Math.Min(buffer.Length, _out.Length - _pending);
            buffer.Span[..count].CopyTo(_out.AsSpan(_pending));
            _pending += count;
            buffer = buffer[count..];
            if (_pending == _out.Length) await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        if (!IsGathering) await FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        // What TLS flushes by itself has nothing to do with when a portion is large enough.
        if (_out is not { } sending || _pending == 0) return;
        Memory<byte> gathered = sending.AsMemory(_sent, _pending - _sent);
        _sent = _pending = 0;
        _out = null;
        SocketResult result = await inner.SendAsync(gathered).ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(sending);
        if (!result.IsOk) throw Broken(result.Error);
    }

    /// <summary>Sends what is gathered as far as it goes without waiting. True when that was all.</summary>
    public bool TryFlush()
    {
        if (_out is not { } sending) return true;
        SocketResult result = inner.TrySend(sending.AsSpan(_sent, _pending - _sent));
        if (!result.IsOk) throw Broken(result.Error);
        _sent += result.Bytes;
        if (_sent < _pending) return false;
        _sent = _pending = 0;
        _out = null;
        ArrayPool<byte>.Shared.Return(sending);
        return true;
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <summary>Gathers, and no more than there is room for: for single short records.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        _out ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
        buffer.CopyTo(_out.AsSpan(_pending));
        _pending += buffer.Length;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private int LengthAt(int offset) => BinaryPrimitives.ReadUInt16BigEndian(_in.AsSpan(offset + 3));

    /// <summary>Receives more behind what is there, or only waits for it. False at the end.</summary>
    private async ValueTask<bool> ReceiveAsync(bool onlyWaits)
    {
        if (_end == _start)
        {
            Release();
            SocketResult ready = await inner.ReceiveAsync(Memory<byte>.Empty).ConfigureAwait(false);
            if (!ready.IsOk) throw Broken(ready.Error);
            if (onlyWaits) return false;
            _in = ArrayPool<byte>.Shared.Rent(BufferBytes);
        }
        else if (_start > 0)
        {
            _in.AsSpan(_start, _end - _start).CopyTo(_in);
            _end -= _start;
            _start = 0;
        }
        SocketResult result = await inner.ReceiveAsync(_in.AsMemory(_end)).ConfigureAwait(false);
        if (!result.IsOk) throw Broken(result.Error);
        _end += result.Bytes;
        return result.Bytes > 0;
    }

    private void Release()
    {
        if (_in is not null) ArrayPool<byte>.Shared.Return(_in);
        _in = null;
        _start = _end = 0;
    }

    private static IOException Broken(SocketError error) =>
        new("The connection broke.", new SocketException((int)error));
}
