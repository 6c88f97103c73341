using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Snapshots;

/// <summary>
/// The swarms of a tracker on disk. A new snapshot takes the place of the last one only when it is complete, and the
/// last one stays beside it: what the process or the machine dies of, one whole file is there.
/// </summary>
internal sealed class SnapshotFile(string folder, SwarmStore store, AnnounceService service, TrackerLog log)
{
    /// <summary>The name of the file in the data folder.</summary>
    public const string FileName = "swarms.snapshot";

    /// <summary>What is being written.</summary>
    public const string NewSuffix = ".new";

    /// <summary>The one before.</summary>
    public const string PreviousSuffix = ".previous";

    private readonly string _path = Path.Combine(folder, FileName);

    /// <summary>Fills the store from the last snapshot, or the one before when that is of no use.</summary>
    public void Load()
    {
        foreach (string path in (ReadOnlySpan<string>)[_path, _path + PreviousSuffix])
        {
            if (!File.Exists(path)) continue;
            long began = service.Options.Time.GetTimestamp();
            string? problem = SnapshotReader.TryLoad(
                store, path, service.Now, service.Options.Time.GetUtcNow(), out (long Swarms, long Rows) loaded);
            if (problem is not null)
            {
                log.SnapshotRefused(path, problem);
                continue;
            }
            log.SnapshotLoaded(loaded.Swarms, loaded.Rows,
                service.Options.Time.GetElapsedTime(began).TotalSeconds, path);
            return;
        }
    }

    /// <summary>Writes a snapshot; that it cannot be written is logged, and tried again next time.</summary>
    public void Save()
    {
        try
        {
            long began = service.Options.Time.GetTimestamp();
            (long swarms, long rows) =
                SnapshotWriter.Write(store, _path, service.Now, service.Options.Time.GetUtcNow());
            log.SnapshotWritten(swarms, rows, service.Options.Time.GetElapsedTime(began).TotalSeconds, _path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.SnapshotNotWritten(e.Message);
        }
    }
}
