using System.Numerics;

namespace Shoal.Protocol.Merkle;

/// <summary>Folds the hashes of an answer and its uncles upwards.</summary>
internal static class MerkleProof
{
    /// <summary>The hash on the answer's top layer that follows from it.</summary>
    /// <param name="request">A request without fault.</param>
    /// <param name="hashesAndUncles">Exactly as many hashes as the request is answered with.</param>
    public static Sha256Hash Climb(in HashRequest request, ReadOnlySpan<byte> hashesAndUncles)
    {
        int length = (int)request.Length;
        ReadOnlySpan<byte> hashes = hashesAndUncles[..(length * Sha256Hash.Length)];
        Sha256Hash node = MerkleTree.Root(hashes, (int)request.BaseLayer, length);
        uint index = request.Index >> BitOperations.Log2(request.Length);
        for (int at = hashes.Length; at < hashesAndUncles.Length; at += Sha256Hash.Length)
        {
            var uncle = new Sha256Hash(hashesAndUncles.Slice(at, Sha256Hash.Length));
            node = (index & 1) == 0 ? Sha256Hash.OfPair(node, uncle) : Sha256Hash.OfPair(uncle, node);
            index >>= 1;
        }
        return node;
    }
}
