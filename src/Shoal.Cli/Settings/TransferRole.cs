namespace Shoal.Cli.Settings;

/// <summary>What a transfer command does with its content.</summary>
internal enum TransferRole
{
    /// <summary>It downloads.</summary>
    Get,

    /// <summary>It serves the content of a .torrent.</summary>
    Seed,

    /// <summary>It makes a torrent and serves that.</summary>
    Share,
}
