namespace Shoal.Lab.Scenarios;

/// <summary>A running scenario at one moment.</summary>
/// <param name="Scenario">Which one.</param>
/// <param name="Phase">What it does.</param>
/// <param name="Rows">Its processes, seeders first; empty while they are being started.</param>
public sealed record ScenarioView(Scenario Scenario, ScenarioPhase Phase, IReadOnlyList<PeerRow> Rows);

/// <summary>Where a run of a scenario is.</summary>
public enum ScenarioPhase
{
    /// <summary>Files are made and hashed, the tracker and the seeders started.</summary>
    Preparing,

    /// <summary>The seeders stand and everybody waits, so that one can look at them.</summary>
    Pausing,

    /// <summary>The downloaders run.</summary>
    Running,

    /// <summary>Everybody is complete; figures come in and copies are compared.</summary>
    Checking,
}

/// <summary>The figures of one process of a scenario.</summary>
/// <param name="Role">What it is.</param>
/// <param name="IsSeeder">True for a seeder.</param>
/// <param name="Share">Of a seeder, the pieces it has; of a downloader, what is complete; from 0 to 1.</param>
/// <param name="DownRate">Bytes received per second.</param>
/// <param name="UpRate">Bytes sent per second.</param>
/// <param name="FromSeeders">Bytes had from seeders.</param>
/// <param name="FromPeers">Bytes had from other downloaders.</param>
/// <param name="SentBytes">Bytes that went to others.</param>
/// <param name="Seconds">Time that a downloader took; null while it is not complete, and for seeders.</param>
public sealed record PeerRow(
    string Role,
    bool IsSeeder,
    double Share,
    double DownRate,
    double UpRate,
    long FromSeeders,
    long FromPeers,
    long SentBytes,
    double? Seconds);
