using System.Net;
using Shoal.Protocol;

namespace Shoal.Swarm;

/// <summary>
/// What a torrent's brain asks of the world. The brain calls it while it deals with an event; each call returns at
/// once, and what comes of it arrives later as another event. On sockets the engine stands behind it, in an experiment
/// the simulator does.
/// </summary>
public interface ISwarmPort
{
    /// <summary>Makes a connection to a peer; answered by <c>Dialled</c> or <c>DialFailed</c>.</summary>
    void Dial(IPEndPoint endPoint);

    /// <summary>
    /// Takes a place for one more connection; false when all torrents together have as many as they may. It is given
    /// back by the end of the dial or of the connection, or by <see cref="ReturnPlace"/>. A world with one torrent
    /// needs no such places.
    /// </summary>
    /// <param name="isDial">True for a dial, which is tried again later; false for a peer that is here now.</param>
    bool TakePlace(bool isDial) => true;

    /// <summary>Gives back a place that was taken for a peer and is not needed.</summary>
    void ReturnPlace()
    {
    }

    /// <summary>
    /// Connections that this torrent should give up in time, as it has more than its part and others have too few.
    /// </summary>
    int PlacesToGive => 0;

    /// <summary>Ends a connection. The brain has forgotten the peer already.</summary>
    void Close(PeerSession peer, DisconnectReason reason);

    /// <summary>The peer's outbox or upload queue has something to send when the event is dealt with.</summary>
    void HasOutput(PeerSession peer);

    /// <summary>
    /// True while bytes that a peer sent wait for a rate limit or the disk of ours: that nothing comes of it is not its
    /// fault. A world without either holds nothing back.
    /// </summary>
    bool HoldsBack(PeerSession peer) => false;

    /// <summary>
    /// Stores a block of the message that is being received; answered by a verdict once its piece is whole.
    /// </summary>
    /// <param name="peer">Who sent it.</param>
    /// <param name="block">Which block.</param>
    /// <param name="offset">Where its first byte lies in the bytes given to <c>Receive</c>.</param>
    void Store(PeerSession peer, BlockSpan block, int offset);

    /// <summary>
    /// Takes permission to request <paramref name="blocks"/> more blocks, which bounds what is under way in all
    /// torrents; returns for how many it was had. With 0 the brain is told by <c>CreditReturned</c> when to try again.
    /// </summary>
    int TakeCredit(int blocks);

    /// <summary>Takes permission for blocks that have arrived although theirs was given back before.</summary>
    void ForceCredit(int blocks);

    /// <summary>Gives permission back for blocks that will not come. Of stored blocks the port knows itself.</summary>
    void ReturnCredit(int blocks);

    /// <summary>Forgets what was stored of a piece that failed its hash, so that it can be stored again.</summary>
    void ForgetPiece(PieceIndex piece);

    /// <summary>Hashes each block of a piece on disk with SHA-256; answered by <c>BlocksHashed</c>.</summary>
    void HashBlocks(PieceIndex piece);

    /// <summary>Compares a piece again whose hash was unknown when it became whole; answered by a verdict.</summary>
    void RecheckPiece(PieceIndex piece);

    /// <summary>
    /// The info dictionary of a magnet link is here and hashes right; answered by <c>MetadataAccepted</c>.
    /// </summary>
    void MetadataReceived(ReadOnlyMemory<byte> rawInfo);

    /// <summary>
    /// A peer of a private swarm sent the list of those who were revoked; when it is signed and newer than what is
    /// known, <c>SetRevocations</c> follows. The bytes are the receiver's only until it returns.
    /// </summary>
    void RevocationsReceived(PeerSession peer, ReadOnlySpan<byte> list)
    {
    }

    /// <summary>Few peers are known; discovery should look for more.</summary>
    void WantPeers();

    /// <summary>
    /// A peer says at which address it sees us. One liar can say anything: what many say alike is given back by
    /// <c>OwnAddressIs</c>. A world that tells the brain its address needs no such word.
    /// </summary>
    void ToldOwnAddress(PeerSession peer, IPAddress address)
    {
    }

    /// <summary>A peer finished its handshake.</summary>
    void PeerJoined(PeerSession peer);

    /// <summary>A piece is here and right.</summary>
    void PieceCompleted(PieceIndex piece);

    /// <summary>A piece was whole and wrong.</summary>
    void PieceFailed(PieceIndex piece);

    /// <summary>Nothing that is wanted is missing any more.</summary>
    void Completed();
}
