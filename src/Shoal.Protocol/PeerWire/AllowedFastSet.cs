using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Shoal.Protocol.PeerWire;

/// <summary>
/// The pieces that a peer may request while it is choked
/// (<see href="https://www.bittorrent.org/beps/bep_0006.html">BEP 6</see>). They follow from its address and the
/// torrent, so that reconnecting wins nothing.
/// </summary>
public static class AllowedFastSet
{
    /// <summary>How many pieces are allowed usually: five, as in libtorrent.</summary>
    public const int DefaultCount = 5;

    private const int SeedLength = 4 + InfoHash.Length;

    // A set that asks for nearly all of few pieces needs some rounds; chance never needs as many as these.
    private const int MaxRounds = 1000;

    /// <summary>Computes the set for a peer.</summary>
    /// <param name="peer">The peer's address. BEP 6 defines the set for IPv4 only; others get an empty one.</param>
    /// <param name="infoHash">The torrent.</param>
    /// <param name="geometry">The torrent's pieces.</param>
    /// <param name="into">Takes the set in the order of the specification; its length is the size asked for.</param>
    /// <returns>Number of pieces in the set: never more than the torrent has.</returns>
    public static int Fill(IPAddress peer, InfoHash infoHash, PieceGeometry geometry, Span<PieceIndex> into)
    {
        IPAddress plain = CompactEndPoints.Plain(peer);
        int wanted = Math.Min(into.Length, geometry.PieceCount);
        if (plain.AddressFamily != AddressFamily.InterNetwork || wanted == 0) return 0;

        Span<byte> chain = stackalloc byte[SeedLength];
        plain.TryWriteBytes(chain, out _);
        chain[3] = 0; // the whole /24 shares one set
        infoHash.CopyTo(chain[4..]);
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        int count = 0;
        for (int round = 0; round < MaxRounds; round++)
        {
            SHA1.HashData(round == 0 ? chain : chain[..hash.Length], hash);
            for (int i = 0; i < hash.Length; i += 4)
            {
                uint number = BinaryPrimitives.ReadUInt32BigEndian(hash[i..]) % (uint)geometry.PieceCount;
                var piece = new PieceIndex((int)number);
                if (into[..count].Contains(piece)) continue;
                into[count++] = piece;
                if (count == wanted) return count;
            }
            hash.CopyTo(chain);
        }
        return count;
    }
}
