namespace Shoal.Cli.Json;

/// <summary>A catalogue knows now that this program has a file, or chunks of one.</summary>
/// <param name="Tracker">Where the catalogue is.</param>
/// <param name="Name">Name of the file.</param>
/// <param name="FileHash">What the catalogue knows it by.</param>
/// <param name="Chunks">The chunks that were registered, as ranges; null for all of them.</param>
internal sealed record RegisteredEvent(string Tracker, string Name, string FileHash, string? Chunks)
    : JsonRecord("registered");
