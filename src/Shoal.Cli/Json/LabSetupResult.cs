namespace Shoal.Cli.Json;

/// <summary>The end of <c>lab setup</c>.</summary>
/// <param name="Folder">Where everything was written.</param>
/// <param name="FileName">Name of the file that is handed out.</param>
/// <param name="FileSize">Its bytes.</param>
/// <param name="PieceSize">Bytes of a piece.</param>
/// <param name="Torrent">Path of the .torrent with the hashes.</param>
/// <param name="Scripts">Paths of the start scripts.</param>
/// <param name="Peers">Every peer of the swarm.</param>
internal sealed record LabSetupResult(
    string Folder,
    string FileName,
    long FileSize,
    int PieceSize,
    string Torrent,
    IReadOnlyList<string> Scripts,
    IReadOnlyList<LabPeerRecord> Peers) : JsonRecord(ResultEvent);

/// <summary>A peer of a static swarm.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Host">Host that the others reach it by.</param>
/// <param name="Port">TCP port.</param>
/// <param name="HasFile">True when it has the file from the start.</param>
/// <param name="Local">True when its folder was written here.</param>
internal sealed record LabPeerRecord(long Id, string Host, int Port, bool HasFile, bool Local);
