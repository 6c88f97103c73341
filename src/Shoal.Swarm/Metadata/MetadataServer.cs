using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Metadata;

/// <summary>
/// Serves the info dictionary to peers that have only a magnet link
/// (<see href="https://www.bittorrent.org/beps/bep_0009.html">BEP 9</see>). Each peer can have all of it twice, and
/// then a part a second: enough for any honest one, too little to make a 30-byte request a lever for 16 KiB replies.
/// Owned by the torrent's brain.
/// </summary>
internal sealed class MetadataServer
{
    // 16 KiB/s to one peer at the most, once it has had its copies: no more than a single upload slot.
    private const double PartsPerSecond = 1;

    // One, and one for whose first copy came to nothing.
    private const int WholeCopies = 2;

    private readonly Dictionary<int, Allowance> _allowances = [];
    private ReadOnlyMemory<byte> _info;

    /// <summary>
    /// Bytes in the info dictionary: what our extension handshake claims; 0 while there is nothing to serve.
    /// </summary>
    public int Length => _info.Length;

    private int PartCount => (_info.Length + MetadataMessage.PartLength - 1) / MetadataMessage.PartLength;

    /// <summary>Begins to serve an info dictionary, once its hash is known to be right.</summary>
    public void Serve(ReadOnlyMemory<byte> info) => _info = info;

    /// <summary>
    /// Answers a request. False when it is to be rejected: there is no such part, nothing to serve yet, or the peer
    /// has had its share for now.
    /// </summary>
    /// <param name="peer">The caller's number for the peer.</param>
    /// <param name="part">The part it asks for, as it came from the peer.</param>
    /// <param name="now">The time.</param>
    /// <param name="data">The bytes of the part.</param>
    public bool TryAnswer(int peer, long part, TimeSpan now, out ReadOnlyMemory<byte> data)
    {
        data = default;
        if (part < 0 || part >= PartCount) return false;
        double most = WholeCopies * PartCount;
        double left = most;
        if (_allowances.TryGetValue(peer, out Allowance allowance))
            left = Math.Min(most, allowance.Parts + (now - allowance.At).TotalSeconds * PartsPerSecond);
        if (left < 1) return false;
        _allowances[peer] = new Allowance(left - 1, now);
        int begin = (int)part * MetadataMessage.PartLength;
        data = _info.Slice(begin, Math.Min(MetadataMessage.PartLength, _info.Length - begin));
        return true;
    }

    /// <summary>Forgets a peer that left.</summary>
    public void OnLeft(int peer) => _allowances.Remove(peer);

    private readonly record struct Allowance(double Parts, TimeSpan At);
}
