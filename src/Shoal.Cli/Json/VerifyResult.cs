namespace Shoal.Cli.Json;

/// <summary>The answer of <c>verify</c>.</summary>
/// <param name="Complete">True when every piece hashes right.</param>
/// <param name="Exact">True when, besides, every file is there and none is too long.</param>
/// <param name="Pieces">Number of pieces.</param>
/// <param name="GoodPieces">Number of pieces that hash right.</param>
/// <param name="BadPieces">Numbers of the others, from 0.</param>
/// <param name="Files">Each file.</param>
/// <param name="Seconds">Time that it took.</param>
internal sealed record VerifyResult(
    bool Complete,
    bool Exact,
    int Pieces,
    int GoodPieces,
    IReadOnlyList<int> BadPieces,
    IReadOnlyList<VerifiedFileRecord> Files,
    double Seconds) : JsonRecord(ResultEvent);
