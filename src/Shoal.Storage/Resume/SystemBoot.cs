using Shoal.Storage.Files;

namespace Shoal.Storage.Resume;

/// <summary>
/// Tells starts of the operating system apart: what a killed process wrote is still there as long as the system runs
/// on, while a power cut loses what was not flushed.
/// </summary>
internal static class SystemBoot
{
    /// <summary>Where Linux has a random number of each start; see random(4).</summary>
    private const string LinuxPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>Id of this start; null where the system has none.</summary>
    public static Guid? Id { get; } = Read();

    private static Guid? Read()
    {
        if (!OperatingSystem.IsLinux()) return null;
        try
        {
            return Guid.TryParse(File.ReadAllText(LinuxPath), out Guid id) ? id : null;
        }
        catch (Exception e) when (StorageErrors.IsFromDisk(e))
        {
            return null;
        }
    }
}
