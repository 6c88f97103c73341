namespace Shoal.Protocol;

/// <summary>The names of one torrent: a v1 hash, a v2 hash, or both for a hybrid.</summary>
/// <param name="V1">SHA-1 of the info dictionary, or null for a v2-only torrent.</param>
/// <param name="V2">SHA-256 of the info dictionary, or null for a v1-only torrent.</param>
public sealed record TorrentHashes(InfoHash? V1, Sha256Hash? V2)
{
    /// <summary>The hash used in handshakes and announces: v1 where there is one, else the truncated v2.</summary>
    /// <exception cref="InvalidOperationException">Neither hash is set.</exception>
    public InfoHash Wire => V1 ?? V2?.Truncated
        ?? throw new InvalidOperationException("A torrent has at least one info-hash.");

    /// <summary>True when a handshake with <paramref name="hash"/> is for this torrent.</summary>
    public bool Answers(InfoHash hash) => V1 == hash || V2?.Truncated == hash;

    /// <summary>True when both name the same torrent, by either version.</summary>
    public bool Overlaps(TorrentHashes other) =>
        (V1 is not null && V1 == other.V1) || (V2 is not null && V2 == other.V2);

    /// <summary>The full hash in hexadecimal: v1 where there is one, else v2.</summary>
    public override string ToString() => V1?.ToString() ?? V2?.ToString() ?? "";
}
