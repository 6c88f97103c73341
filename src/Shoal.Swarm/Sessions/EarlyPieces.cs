using Shoal.Protocol;

namespace Shoal.Swarm;

/// <summary>
/// What a peer said it has before we know how many pieces there are (a magnet link without metadata). Kept as it came
/// and checked once the number is known.
/// </summary>
internal sealed class EarlyPieces
{
    // The most pieces that any torrent can have; a number above it is wrong whatever the torrent.
    private const int MaxPieces = 0x200000;

    private byte[] _bits = [];
    private int _bitfieldBytes = -1;
    private int _highest = -1;

    public bool HasAll { get; private set; }

    public void SetAll() => HasAll = true;

    public void SetNone() => HasAll = false;

    public void SetBitfield(ReadOnlySpan<byte> wire)
    {
        _bits = wire.ToArray();
        _bitfieldBytes = wire.Length;
    }

    /// <summary>Adds one piece; false when no torrent has that many.</summary>
    public bool Add(uint piece)
    {
        if (piece >= MaxPieces) return false;
        int index = (int)piece;
        int needed = (index >> 3) + 1;
        if (_bits.Length < needed) Array.Resize(ref _bits, Math.Max(needed, Math.Min(_bits.Length * 2, MaxPieces / 8)));
        _bits[index >> 3] |= (byte)(0x80 >> (index & 7));
        _highest = Math.Max(_highest, index);
        return true;
    }

    /// <summary>The set over the torrent's pieces; false when it does not fit the torrent.</summary>
    public bool TryResolve(int pieceCount, out Bitfield pieces)
    {
        pieces = new Bitfield(pieceCount);
        if (HasAll)
        {
            pieces.SetAll();
            return true;
        }
        int wireLength = Bitfield.WireLengthOf(pieceCount);
        if ((_bitfieldBytes >= 0 && _bitfieldBytes != wireLength) || _highest >= pieceCount) return false;
        Array.Resize(ref _bits, wireLength);
        bool valid = Bitfield.TryRead(_bits, pieceCount, out pieces);
        _bits = [];
        return valid;
    }
}
