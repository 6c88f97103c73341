namespace Shoal.Lab.Simulation;

/// <summary>What a simulated disk does wrong. The default is a disk that does nothing wrong.</summary>
public sealed record DiskFaults
{
    /// <summary>
    /// Bytes that the disk writes in a second; 0, the default, is no limit. Verdicts on pieces wait for it, and so does
    /// the credit for further requests.
    /// </summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Bytes after which the disk is full for good; 0, the default, is never.</summary>
    public long FullAfterBytes { get; init; }

    /// <summary>
    /// One write in so many is cut short and says that it was done, which a hash then shows; 0, the default, is none.
    /// </summary>
    public int LiesOneIn { get; init; }

    /// <summary>
    /// True when a crash of the peer loses what was not flushed, in part and torn, as a power cut does; false, the
    /// default, when only the program is gone.
    /// </summary>
    public bool TearsOnCrash { get; init; }
}
