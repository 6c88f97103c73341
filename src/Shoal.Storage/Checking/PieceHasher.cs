using System.Security.Cryptography;
using Shoal.Protocol;
using Shoal.Storage.Hashing;

namespace Shoal.Storage.Checking;

/// <summary>
/// Hashes one piece after the other: SHA-1 over its bytes in order, and SHA-256 over each block in any order. What a
/// torrent has no use for is not computed. Used by one thread at a time.
/// </summary>
internal sealed class PieceHasher : IDisposable
{
    private static readonly byte[] Zeros = new byte[64 * 1024];

    private readonly IncrementalHash? _sha1;
    private readonly byte[] _result = new byte[SHA1.HashSizeInBytes];
    private readonly byte[] _leaves;
    private readonly LeafLanes _leafLanes = new();
    private bool _isOpen;

    /// <summary>A hasher for the pieces of one torrent.</summary>
    public PieceHasher(bool hasV1, bool hasV2, int blocksPerPiece)
    {
        if (hasV1) _sha1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        _leaves = hasV2 ? new byte[blocksPerPiece * Sha256Hash.Length] : [];
    }

    /// <summary>The SHA-1 of the last piece that was finished.</summary>
    public ReadOnlySpan<byte> Sha1 => _result;

    public void Dispose() => _sha1?.Dispose();

    /// <summary>The SHA-256 of the first blocks, end to end; empty where they are not computed.</summary>
    public ReadOnlySpan<byte> Leaves(int blocks) =>
        _leaves.Length == 0 ? [] : _leaves.AsSpan(0, blocks * Sha256Hash.Length);

    /// <summary>Forgets what was appended since the last piece was finished.</summary>
    public void Reset()
    {
        if (_isOpen) _sha1?.TryGetHashAndReset(_result, out _);
        _isOpen = false;
        _leafLanes.Clear();
    }

    /// <summary>Takes the next bytes of the piece.</summary>
    public void AppendV1(ReadOnlySpan<byte> bytes)
    {
        _sha1?.AppendData(bytes);
        _isOpen = true;
    }

    /// <summary>Blocks whose leaves wait for others; they must not change until it is less.</summary>
    public int WaitingLeaves => _leafLanes.Waiting;

    /// <summary>
    /// Takes whole blocks that begin at a multiple of the block length. They are hashed now, or by the end of
    /// <see cref="FinishLeaves"/>.
    /// </summary>
    public void AddLeaves(int begin, ReadOnlyMemory<byte> bytes) => AddLeaves(begin, bytes, _leafLanes);

    /// <summary>The same, side by side with those of other pieces.</summary>
    public void AddLeaves(int begin, ReadOnlyMemory<byte> bytes, LeafLanes lanes)
    {
        if (_leaves.Length == 0) return;
        for (int block = begin / PieceGeometry.BlockLength; !bytes.IsEmpty; block++)
        {
            int length = Math.Min(bytes.Length, PieceGeometry.BlockLength);
            lanes.Add(bytes[..length], _leaves.AsMemory(block * Sha256Hash.Length, Sha256Hash.Length));
            bytes = bytes[length..];
        }
    }

    /// <summary>Hashes the blocks that wait for others.</summary>
    public void FinishLeaves() => _leafLanes.Finish();

    /// <summary>Sets the SHA-1 of a piece that was hashed beside others.</summary>
    public void TakeV1(Sha1Lanes lanes, int lane) => lanes.CopyHash(lane, _result);

    /// <summary>Ends the SHA-1 of a piece with as many zeros as it has padding.</summary>
    public void FinishV1(int padding)
    {
        if (_sha1 is null) return;
        while (padding > 0)
        {
            int length = Math.Min(padding, Zeros.Length);
            _sha1.AppendData(Zeros, 0, length);
            padding -= length;
        }
        _sha1.TryGetHashAndReset(_result, out _);
        _isOpen = false;
    }
}
