using System.Collections.Immutable;

namespace Shoal.Lab.Scenarios;

/// <summary>A swarm to set up as processes on this machine, and what is expected of it.</summary>
public sealed record Scenario
{
    /// <summary>Name by which others refer to it, that of its file.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>What it demonstrates, in a sentence; empty when its file does not say.</summary>
    public string Shows { get; init; } = "";

    /// <summary>The files that are moved, at least one.</summary>
    public required ImmutableArray<ScenarioFile> Files { get; init; }

    /// <summary>Who has all or some pieces from the start.</summary>
    public required ImmutableArray<ScenarioPeer> Seeders { get; init; }

    /// <summary>Who has nothing and wants a file.</summary>
    public required ImmutableArray<ScenarioPeer> Downloaders { get; init; }

    /// <summary>What has to be true of the figures in the end.</summary>
    public ImmutableArray<Expectation> Expectations { get; init; } = [];
}

/// <summary>A file of a scenario. It is made for a run, of noise, unless a user gives one in its place.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="PieceSize">Bytes of a piece; 0 takes what gives about a hundred pieces or more.</param>
public sealed record ScenarioFile(string Name, long Size, int PieceSize)
{
    /// <summary>A file that is there already, as a full path; null when it is to be made.</summary>
    public string? Path { get; init; }
}

/// <summary>A process of a scenario.</summary>
public sealed record ScenarioPeer
{
    /// <summary>What it is called in tables: its kind and number.</summary>
    public required string Role { get; init; }

    /// <summary>Names of the files that it serves, or of the one that it wants.</summary>
    public required ImmutableArray<string> Files { get; init; }

    /// <summary>Parts that a seeder has, as <c>0-20%,40-60%</c>; null for all.</summary>
    public string? Have { get; init; }

    /// <summary>Pieces that a seeder lacks, by number from 0.</summary>
    public ImmutableSortedSet<int> Missing { get; init; } = [];

    /// <summary>Upload limit in bytes per second; 0 is none.</summary>
    public long Up { get; init; }

    /// <summary>Download limit in bytes per second; 0 is none.</summary>
    public long Down { get; init; }

    /// <summary>Upload limit to each single peer in bytes per second; 0 is none.</summary>
    public long UpPerPeer { get; init; }
}
