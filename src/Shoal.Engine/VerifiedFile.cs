namespace Shoal.Engine;

/// <summary>One file of a check.</summary>
/// <param name="Path">Path below the folder, with forward slashes, as it is on disk.</param>
/// <param name="Length">Bytes it should have.</param>
/// <param name="GoodBytes">Bytes that lie in pieces that hash right.</param>
/// <param name="Exists">True when there is a file at that path.</param>
/// <param name="ExcessBytes">Bytes that the file has beyond its end, which no hash covers; 0 for none.</param>
public sealed record VerifiedFile(string Path, long Length, long GoodBytes, bool Exists, long ExcessBytes);
