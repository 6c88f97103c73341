using Shoal.Swarm;

namespace Shoal.Lab.Simulation;

/// <summary>A file of a simulated disk, which remembers what a power cut would lose.</summary>
internal sealed class SimFile
{
    private readonly List<(long Offset, byte[] Bytes)> _unflushed = [];
    private int _handles;
    private bool _isLocked;

    public byte[] Bytes { get; set; } = [];

    public long Length { get; set; }

    /// <summary>What is on the medium.</summary>
    public byte[] Flushed { get; set; } = [];

    /// <summary>Grows with every change.</summary>
    public long Modified { get; private set; } = 1;

    /// <summary>Takes a handle; false when somebody has the file for himself, or it is wanted so too late.</summary>
    public bool TryTake(bool isExclusive)
    {
        if (_isLocked || (isExclusive && _handles > 0)) return false;
        _isLocked = isExclusive;
        _handles++;
        return true;
    }

    /// <summary>Gives a handle back.</summary>
    public void LetGo()
    {
        _handles--;
        _isLocked = false;
    }

    /// <summary>Gives all handles back, as the end of a process does.</summary>
    public void Release()
    {
        _handles = 0;
        _isLocked = false;
    }

    /// <summary>Writes bytes, of which a lying disk keeps fewer than it was given.</summary>
    public void Write(long offset, ReadOnlySpan<byte> kept, int given)
    {
        Grow(offset + given);
        kept.CopyTo(Bytes.AsSpan((int)offset));
        _unflushed.Add((offset, kept.ToArray()));
        Modified++;
    }

    public void SetLength(long length)
    {
        Grow(length);
        Bytes.AsSpan((int)length).Clear();
        Length = length;
        Modified++;
        Flush();
    }

    public void Flush()
    {
        if (_unflushed.Count == 0 && Flushed.Length == Length) return;
        Flushed = Bytes[..(int)Length];
        _unflushed.Clear();
    }

    /// <summary>
    /// Cuts the power: of the writes since the last flush any are lost, or cut short. Returns how many bytes of them
    /// are gone.
    /// </summary>
    public long Tear(SwarmRandom random)
    {
        byte[] left = Flushed;
        long lost = 0;
        foreach ((long offset, byte[] bytes) in _unflushed)
        {
            int kept = random.Next(3) switch { 0 => 0, 1 => bytes.Length, _ => random.Next(bytes.Length + 1) };
            lost += bytes.Length - kept;
            if (kept == 0) continue;
            Array.Resize(ref left, (int)Math.Max(left.Length, offset + kept));
            bytes.AsSpan(0, kept).CopyTo(left.AsSpan((int)offset));
        }
        Bytes = left;
        Length = left.Length;
        Flushed = [.. left];
        _unflushed.Clear();
        return lost;
    }

    private void Grow(long length)
    {
        if (Bytes.Length < length)
        {
            byte[] larger = new byte[Math.Max(length, Bytes.Length * 2L)];
            Bytes.CopyTo(larger, 0);
            Bytes = larger;
        }
        Length = Math.Max(Length, length);
    }
}
