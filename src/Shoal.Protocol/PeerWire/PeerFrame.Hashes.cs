using System.Buffers.Binary;
using Shoal.Protocol.Merkle;

namespace Shoal.Protocol.PeerWire;

// The messages of BEP 52. All three begin with the request; only one goes on.
//
//   0         32            36       40       44              48
//   +---------+-------------+--------+--------+---------------+-----------------------------+
//   |  root   | base layer  | index  | length | proof layers  |  hashes, then their uncles  |
//   +---------+-------------+--------+--------+---------------+-----------------------------+
public readonly ref partial struct PeerFrame
{
    /// <summary>
    /// Reads a hash request or a hash reject (BEP 52); the numbers are unchecked, see <see cref="HashRequest.Check"/>.
    /// </summary>
    public bool TryReadHashRequest(out HashRequest request)
    {
        bool valid = Id is PeerMessageId.HashRequest or PeerMessageId.HashReject
            && Payload.Length == FrameLimits.HashRequestPayload;
        request = valid ? ReadHashRequest(Payload) : default;
        return valid;
    }

    /// <summary>
    /// Reads a hashes message (BEP 52): the request that it answers, and whole hashes of 32 bytes, which may be none
    /// or of another number than asked. Both are unchecked.
    /// </summary>
    public bool TryReadHashes(out HashRequest request, out ReadOnlySpan<byte> hashes)
    {
        request = default;
        hashes = default;
        if (Id != PeerMessageId.Hashes || Payload.Length < FrameLimits.HashRequestPayload) return false;
        ReadOnlySpan<byte> rest = Payload[FrameLimits.HashRequestPayload..];
        if (rest.Length % Sha256Hash.Length != 0) return false;
        request = ReadHashRequest(Payload);
        hashes = rest;
        return true;
    }

    private static HashRequest ReadHashRequest(ReadOnlySpan<byte> payload) => new(
        new Sha256Hash(payload[..Sha256Hash.Length]),
        BinaryPrimitives.ReadUInt32BigEndian(payload[32..]),
        BinaryPrimitives.ReadUInt32BigEndian(payload[36..]),
        BinaryPrimitives.ReadUInt32BigEndian(payload[40..]),
        BinaryPrimitives.ReadUInt32BigEndian(payload[44..]));
}
