namespace Shoal.Cli.Json;

/// <summary>One connected peer.</summary>
/// <param name="Address">Address and port.</param>
/// <param name="Incoming">True when it dialled us.</param>
/// <param name="Encryption">What protects the connection: plain, obfuscated, rc4 or tls.</param>
/// <param name="Client">Name of its program.</param>
/// <param name="WebSeed">URL of the web seed that it is instead of a peer, or null.</param>
/// <param name="Pieces">Pieces that it has.</param>
/// <param name="Downloaded">Bytes received from it.</param>
/// <param name="Uploaded">Bytes sent to it.</param>
/// <param name="DownRate">Bytes received from it per second.</param>
/// <param name="UpRate">Bytes sent to it per second.</param>
internal sealed record PeerRecord(
    string Address,
    bool Incoming,
    string Encryption,
    string Client,
    string? WebSeed,
    int Pieces,
    long Downloaded,
    long Uploaded,
    double DownRate,
    double UpRate);
