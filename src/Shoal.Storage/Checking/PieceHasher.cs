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
    /// <summary>
    /// Blocks that eight lanes are worth taking for: lanes are half as fast again as one block after the other, so that
    /// six of eight are the least to gain by.
    /// </summary>
    private const int MinLaneBlocks = 6;

    private static readonly byte[] Zeros = new byte[64 * 1024];

    private readonly IncrementalHash? _sha1;
    private readonly byte[] _result = new byte[SHA1.HashSizeInBytes];
    private readonly byte[] _leaves;
    private readonly ReadOnlyMemory<byte>[] _gathered = new ReadOnlyMemory<byte>[LaneMath.Lanes];
    private int _gatheredCount;
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
    }

    /// <summary>Takes the next bytes of the piece.</summary>
    public void AppendV1(ReadOnlySpan<byte> bytes)
    {
        _sha1?.AppendData(bytes);
        _isOpen = true;
    }

    /// <summary>Takes whole blocks that begin at a multiple of the block length.</summary>
    public void HashLeaves(int begin, ReadOnlySpan<byte> bytes)
    {
        if (_leaves.Length == 0) return;
        int block = begin / PieceGeometry.BlockLength;
        while (LaneMath.IsSupported && bytes.Length >= LaneMath.Lanes * PieceGeometry.BlockLength)
        {
            Sha256Lanes.Hash(
                new LaneInput(bytes, PieceGeometry.BlockLength, PieceGeometry.BlockLength),
                _leaves.AsSpan(block * Sha256Hash.Length));
            block += LaneMath.Lanes;
            bytes = bytes[(LaneMath.Lanes * PieceGeometry.BlockLength)..];
        }
        for (; !bytes.IsEmpty; block++)
        {
            int length = Math.Min(bytes.Length, PieceGeometry.BlockLength);
            HashLeaf(block, bytes[..length]);
            bytes = bytes[length..];
        }
    }

    /// <summary>Takes whole blocks that follow each other, in slices of one block or more.</summary>
    public void HashLeaves(int begin, List<ReadOnlyMemory<byte>> slices)
    {
        if (_leaves.Length == 0) return;
        int block = begin / PieceGeometry.BlockLength;
        foreach (ReadOnlyMemory<byte> slice in slices)
            for (int at = 0; at < slice.Length; at += PieceGeometry.BlockLength)
            {
                _gathered[_gatheredCount++] = slice.Slice(at, Math.Min(PieceGeometry.BlockLength, slice.Length - at));
                if (_gatheredCount == LaneMath.Lanes) block += HashGathered(block);
            }
        HashGathered(block);
    }

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

    private int HashGathered(int block)
    {
        int count = _gatheredCount;
        // All but the last block of a piece are whole.
        bool areWhole = count > 0 && _gathered[count - 1].Length == PieceGeometry.BlockLength;
        if (LaneMath.IsSupported && areWhole && count >= MinLaneBlocks)
        {
            Span<byte> hashes = stackalloc byte[LaneMath.Lanes * Sha256Hash.Length];
            _gathered.AsSpan(count).Fill(_gathered[0]);
            Sha256Lanes.Hash(new LaneInput(_gathered, PieceGeometry.BlockLength), hashes);
            hashes[..(count * Sha256Hash.Length)].CopyTo(_leaves.AsSpan(block * Sha256Hash.Length));
        }
        else
        {
            for (int i = 0; i < count; i++) HashLeaf(block + i, _gathered[i].Span);
        }
        Array.Clear(_gathered);
        _gatheredCount = 0;
        return count;
    }

    private void HashLeaf(int block, ReadOnlySpan<byte> bytes) =>
        SHA256.HashData(bytes, _leaves.AsSpan(block * Sha256Hash.Length));
}
