namespace Shoal.Tracker;

/// <summary>Looks once at all options, so that a wrong one is told at the start and by its name.</summary>
internal static class TrackerOptionsCheck
{
    private const int MostPeers = 1000;
    private const int MostThreads = 256;

    /// <summary>Throws for the first option that cannot be.</summary>
    /// <exception cref="ArgumentException">It names the option and its value.</exception>
    public static void Check(TrackerOptions options)
    {
        Need(options.Port is >= 0 and <= ushort.MaxValue, nameof(options.Port), options.Port, "0 to 65535");
        Need(options.Interval >= TrackerOptions.LeastInterval && options.Interval <= TrackerOptions.MostInterval,
            nameof(options.Interval), options.Interval, "a second to a day");
        Need(options.MinInterval >= TimeSpan.Zero && options.MinInterval <= options.Interval,
            nameof(options.MinInterval), options.MinInterval, "0 to the interval");
        Need(options.MaxNumWant is >= 0 and <= MostPeers, nameof(options.MaxNumWant), options.MaxNumWant,
            "0 to 1000");
        Need(options.DefaultNumWant >= 0 && options.DefaultNumWant <= options.MaxNumWant,
            nameof(options.DefaultNumWant), options.DefaultNumWant, "0 to the maximum");
        Need(options.UdpThreads is > 0 and <= MostThreads, nameof(options.UdpThreads), options.UdpThreads,
            "1 to 256");
        Need(options.ConnectionLifetime > TimeSpan.Zero
            && options.ConnectionLifetime <= TrackerOptions.MostConnectionLifetime,
            nameof(options.ConnectionLifetime), options.ConnectionLifetime, "up to 18 hours");
        Need((options.CertificateFile is null) == (options.CertificateKeyFile is null),
            nameof(options.CertificateKeyFile), options.CertificateKeyFile ?? "null", "given with CertificateFile");
        Need(options.SnapshotInterval > TimeSpan.Zero, nameof(options.SnapshotInterval), options.SnapshotInterval,
            "more than nothing");
        Need(options.RedisTimeout > TimeSpan.Zero, nameof(options.RedisTimeout), options.RedisTimeout,
            "more than nothing");
        Need(options.Mode != TrackerMode.Listed || options.Registry is not null || options.Catalogue is not null,
            nameof(options.Registry), "null",
            "given in the mode Listed");
    }

    private static void Need(bool holds, string name, object value, string expected)
    {
        if (!holds)
            throw new ArgumentException($"The tracker's option {name} is {value} and has to be {expected}.", name);
    }
}
