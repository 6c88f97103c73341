using System.Numerics;

namespace Shoal.Protocol.Merkle;

/// <summary>
/// Which hashes of a file's tree a <c>hash request</c> asks for, and a <c>hashes</c> or <c>hash reject</c> answers
/// (<see href="https://www.bittorrent.org/beps/bep_0052.html">BEP 52</see>). The numbers are as they came; only
/// <see cref="Check"/> and the forest tell whether they mean anything.
/// </summary>
/// <remarks>
/// <code>
///  layer 6             root               a file of sixteen hashes on layer 2: base layer 2, index 4, length 4 and
///  layer 5         .          U           three proof layers are answered by the four hashes H and the two uncles U,
///  layer 4      U     .     .    .        from which the root follows. Of the proof layers, those through which the
///  layer 2    ....  HHHH  ....  ....      four fold among themselves (one, layer 3) are counted but bring no uncle.
/// </code>
/// </remarks>
/// <param name="Root">Root of the file's tree.</param>
/// <param name="BaseLayer">Layer of the wanted hashes, 0 for leaves.</param>
/// <param name="Index">Number in that layer of the first wanted hash.</param>
/// <param name="Length">Number of wanted hashes.</param>
/// <param name="ProofLayers">Layers above the base layer from which uncles are wanted.</param>
public readonly record struct HashRequest(Sha256Hash Root, uint BaseLayer, uint Index, uint Length, uint ProofLayers)
{
    /// <summary>Hashes in one request, as BEP 52 bids: more should not be asked for and may be refused.</summary>
    public const int MaxLength = 512;

    /// <summary>Uncles that the answer carries; meaningful only where <see cref="Check"/> finds no fault.</summary>
    public int UncleCount => Math.Max(0, (int)ProofLayers - (BitOperations.Log2(Length) - 1));

    /// <summary>Bytes of hashes in the answer; meaningful only where <see cref="Check"/> finds no fault.</summary>
    public int PayloadLength => ((int)Length + UncleCount) * Sha256Hash.Length;

    /// <summary>The layer to which the answer folds.</summary>
    internal int TopLayer => (int)BaseLayer + BitOperations.Log2(Length) + UncleCount;

    /// <summary>The number in <see cref="TopLayer"/> of the hash to which the answer folds.</summary>
    internal long TopIndex => (long)Index / Length >> UncleCount;

    /// <summary>Judges the numbers without knowing the torrent.</summary>
    public HashRequestFault Check()
    {
        if ((ulong)Index + Length > uint.MaxValue) return HashRequestFault.Overflow;
        bool regular = Length is >= 2 and <= MaxLength && BitOperations.IsPow2(Length) && Index % Length == 0
            && BaseLayer < MerkleTree.MaxLayers && ProofLayers < MerkleTree.MaxLayers;
        return regular ? HashRequestFault.None : HashRequestFault.Refused;
    }
}

/// <summary>What is wrong with a hash request.</summary>
public enum HashRequestFault
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>It cannot be served: answered with a hash reject.</summary>
    Refused,

    /// <summary>Its numbers overflow, which no honest client sends: the connection is closed.</summary>
    Overflow,
}

/// <summary>What became of hashes that a peer sent.</summary>
public enum HashAcceptance
{
    /// <summary>They fold to the root.</summary>
    Accepted = 0,

    /// <summary>They were proven before; nothing changed.</summary>
    AlreadyKnown,

    /// <summary>They answer nothing that this side would ask; nothing changed.</summary>
    NotRequested,

    /// <summary>They are too few or too many, or do not fold to the root: the peer's fault. Nothing changed.</summary>
    Invalid,
}
