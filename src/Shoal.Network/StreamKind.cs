namespace Shoal.Network;

/// <summary>What a peer that has just connected speaks, as far as its first bytes tell.</summary>
public enum StreamKind
{
    /// <summary>Too few bytes to tell.</summary>
    Undecided,

    /// <summary>A BitTorrent handshake in the clear.</summary>
    BitTorrent,

    /// <summary>A TLS ClientHello.</summary>
    Tls,

    /// <summary>Lines of text that ask for chunks, the first of them <c>GET_CHUNK</c>.</summary>
    ChunkLines,

    /// <summary>Bytes that look random, as the key with which an encrypted handshake begins.</summary>
    Obfuscated,

    /// <summary>Text of some other protocol.</summary>
    Foreign,
}
