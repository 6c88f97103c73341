namespace Shoal.Protocol.PeerWire;

/// <summary>The messages of the extension protocol that are spoken here, by what they do.</summary>
public enum PeerExtension
{
    /// <summary><c>ut_metadata</c>: the info dictionary in parts (BEP 9).</summary>
    Metadata,

    /// <summary><c>ut_pex</c>: addresses of other peers (BEP 11).</summary>
    PeerExchange,

    /// <summary><c>lt_donthave</c>: a piece is no longer there (BEP 54).</summary>
    DontHave,

    /// <summary><c>upload_only</c>: the sender stops or starts to download; libtorrent's addition to BEP 21.</summary>
    UploadOnly,

    /// <summary><c>ut_holepunch</c>: two peers behind NATs meet through a third (BEP 55).</summary>
    Holepunch,

    /// <summary>
    /// <c>shoal_revoked</c>: the signed list of members that a private swarm's authority has revoked; ours.
    /// </summary>
    Revocations,
}
