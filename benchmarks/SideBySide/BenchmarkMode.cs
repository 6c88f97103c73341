namespace Shoal.SideBySide;

/// <summary>What is measured.</summary>
internal enum BenchmarkMode
{
    /// <summary>A seeder and one or more downloaders, all of them programs.</summary>
    Transfer,

    /// <summary>Making a torrent.</summary>
    Create,

    /// <summary>Checking files against a torrent.</summary>
    Verify,

    /// <summary>A downloader, and many seeders that are connections of this process.</summary>
    Seeders,

    /// <summary>A seeder, and many slow downloaders that are connections of this process.</summary>
    Leechers,

    /// <summary>From the start of a program to its version, and to the first block that it asks for.</summary>
    Start,
}
