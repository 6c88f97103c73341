using Shoal.Protocol;
using Shoal.Protocol.Buffers;

namespace Shoal.Engine.Torrents;

/// <summary>What can happen to a torrent. Each has one line in <see cref="TorrentActor.Handle"/>.</summary>
internal enum TorrentItemKind : byte
{
    /// <summary>Whole messages arrived on a link.</summary>
    Received,

    /// <summary>A link gave its parcel back.</summary>
    Sent,

    /// <summary>The upload limit lets a link begin a run of blocks.</summary>
    Permitted,

    /// <summary>The peer of an outgoing link sent its handshake.</summary>
    Handshaken,

    /// <summary>A link ended.</summary>
    LinkClosed,

    /// <summary>A peer dialled us and named this torrent.</summary>
    Accepted,

    /// <summary>A dial ended, in a link or not.</summary>
    Dialled,

    /// <summary>A piece was whole and is hashed.</summary>
    PieceChecked,

    /// <summary>Blocks of a suspect piece were hashed.</summary>
    BlocksHashed,

    /// <summary>Requests may be made again.</summary>
    CreditReturned,

    /// <summary>Discovery found peers.</summary>
    PeersFound,

    /// <summary>The content is known and what of it is on disk is checked.</summary>
    ContentReady,

    /// <summary>Time went on.</summary>
    Tick,

    /// <summary>Somebody wants something done or looked at while nothing else happens.</summary>
    Call,
}

/// <summary>One thing that happened, small enough to be queued by value.</summary>
/// <param name="Kind">What.</param>
/// <param name="Subject">To whom: a link, mostly.</param>
/// <param name="Detail">With what.</param>
/// <param name="Slice">Bytes received.</param>
/// <param name="Piece">The piece it is about.</param>
/// <param name="Number">A number whose meaning depends on the kind.</param>
internal readonly record struct TorrentItem(
    TorrentItemKind Kind,
    object? Subject = null,
    object? Detail = null,
    SlabSlice Slice = default,
    PieceIndex Piece = default,
    int Number = 0);
