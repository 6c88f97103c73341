namespace Shoal.Cli;

/// <summary>What the program's exit codes mean; docs/CLI.md has the table for users.</summary>
internal static class ExitCode
{
    /// <summary>All that was asked for is done.</summary>
    public const int Ok = 0;

    /// <summary>It failed, and no other code says why: a malformed .torrent or magnet link among others.</summary>
    public const int Failed = 1;

    /// <summary>The command line is not valid.</summary>
    public const int Usage = 2;

    /// <summary>A file, URL or name does not exist, or nothing arrived from any peer in time.</summary>
    public const int NotFound = 3;

    /// <summary>Data does not match its hashes.</summary>
    public const int Integrity = 4;

    /// <summary>The disk is full, read-only, locked or broken, or a permission is missing.</summary>
    public const int Disk = 5;

    /// <summary>A port is taken, a name does not resolve, a server does not answer.</summary>
    public const int Network = 6;

    /// <summary>A download was begun and ended before it was complete.</summary>
    public const int Incomplete = 7;

    /// <summary>Ended by SIGINT: 128 and the signal's number, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM.</summary>
    public const int Terminated = 143;

    /// <summary>Ended by SIGHUP: the terminal went away.</summary>
    public const int HungUp = 129;
}
