namespace Shoal.Engine.Tests.Disk;

/// <summary>Holds every call of one kind on one file until it is opened, and counts who waits.</summary>
internal sealed class Gate(string operation, string file) : IDisposable
{
    private readonly ManualResetEventSlim _open = new(initialState: true);
    private int _waiting;

    /// <summary>Calls that are held now.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public void Close() => _open.Reset();

    public void Open() => _open.Set();

    /// <summary>Called by the disk before it does something.</summary>
    public void Pass(string doing, string path)
    {
        if (doing != operation || !path.EndsWith(file, StringComparison.Ordinal) || _open.IsSet) return;
        Interlocked.Increment(ref _waiting);
        _open.Wait(TestContext.Current.CancellationToken);
        Interlocked.Decrement(ref _waiting);
    }

    public void Dispose() => _open.Dispose();
}
