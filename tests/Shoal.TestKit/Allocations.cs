namespace Shoal.TestKit;

/// <summary>Measures what code allocates on the thread that runs it.</summary>
public static class Allocations
{
    /// <summary>
    /// The least number of bytes that one of several runs allocates. A single run tells nothing: a thread draws memory
    /// from the heap in contexts of up to 8 KiB, and a collection that another thread brings about in between counts
    /// the unused rest of the context as allocated. What the code itself allocates is in every run.
    /// </summary>
    /// <param name="action">
    /// What is measured; every run has to do the same work, on this thread. What only the first one allocates, such as
    /// a static constructor's objects, drops out.
    /// </param>
    /// <param name="enough">No further run is made once one allocated at most this many bytes.</param>
    /// <param name="tries">Runs at the most.</param>
    public static long Least(Action action, long enough = 0, int tries = 20)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tries);
        long least = long.MaxValue;
        for (int i = 0; i < tries && least > enough; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }
}
