namespace Shoal.Storage.Intake;

/// <summary>
/// How many bytes of written blocks are held in memory until they are hashed. Safe for concurrent use.
/// </summary>
internal sealed class HeldBytes
{
    /// <summary>Bytes hashed at a time: eight pieces of 1 MiB. Larger pieces are hashed by fewer lanes.</summary>
    public const int MaxBatch = 8 * 1024 * 1024;

    /// <summary>While as many are hashed, the next arrive: half as many, as hashing is that much faster.</summary>
    public const int Max = MaxBatch + MaxBatch / 2;

    private int _bytes;

    /// <summary>Takes room; false, and none is taken, when there is not enough.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= Max) return true;
        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Gives room back.</summary>
    public void Return(int bytes) => Interlocked.Add(ref _bytes, -bytes);
}
