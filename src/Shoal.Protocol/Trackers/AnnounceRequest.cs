using System.Net;

namespace Shoal.Protocol.Trackers;

/// <summary>What a client tells a tracker, over HTTP or UDP.</summary>
public sealed record AnnounceRequest
{
    /// <summary>
    /// What is sent as the bytes left while the size of the torrent is not known: one block, as libtorrent does, so
    /// that nobody takes the client for a seed.
    /// </summary>
    public const long UnknownLeftBytes = 16 * 1024;

    /// <summary>Stands for "as many peers as the tracker likes to give" in <see cref="NumWant"/>.</summary>
    public const int DefaultNumWant = -1;

    /// <summary>The torrent: its v1 hash or its truncated v2 hash.</summary>
    public required InfoHash InfoHash { get; init; }

    /// <summary>The id that this torrent keeps towards trackers.</summary>
    public required PeerId PeerId { get; init; }

    /// <summary>The TCP port on which this client accepts peers.</summary>
    public required ushort Port { get; init; }

    /// <summary>Block bytes sent since the event started.</summary>
    public long Uploaded { get; init; }

    /// <summary>Block bytes received since the event started.</summary>
    public long Downloaded { get; init; }

    /// <summary>Bytes still missing for the whole torrent; null when its size is not known yet.</summary>
    public long? Left { get; init; }

    /// <summary>Why this announce is made.</summary>
    public AnnounceEvent Event { get; init; }

    /// <summary>
    /// A random number that stays the same for a session, by which a tracker knows the client again at a new address.
    /// </summary>
    public uint Key { get; init; }

    /// <summary>Peers wanted: 0 for none, negative for the tracker's default.</summary>
    public int NumWant { get; init; } = DefaultNumWant;

    /// <summary>
    /// What the tracker gave as `tracker id` before, byte for character (Latin-1); null when it gave none.
    /// </summary>
    public string? TrackerId { get; init; }

    /// <summary>The address to tell in `ip=`; null, the default, lets the tracker use the sender's.</summary>
    public IPAddress? Address { get; init; }
}
