namespace Shoal.Cli.Json;

/// <summary>One file of a check.</summary>
/// <param name="Path">Path below the folder.</param>
/// <param name="Size">Bytes that it should have.</param>
/// <param name="Good">Bytes that lie in pieces that hash right.</param>
/// <param name="Exists">True when there is such a file.</param>
/// <param name="Excess">Bytes that the file has beyond its end.</param>
internal sealed record VerifiedFileRecord(string Path, long Size, long Good, bool Exists, long Excess);
