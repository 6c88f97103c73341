using Shoal.Protocol;
using Shoal.Swarm.Picking;

namespace Shoal.Swarm.Tests.Picking;

internal sealed class PickerFixture
{
    public PickerFixture(int pieces, int blocksPerPiece = 4, ulong seed = 1, PieceGeometry? geometry = null)
    {
        int pieceLength = blocksPerPiece * PieceGeometry.BlockLength;
        Geometry = geometry ?? new PieceGeometry(pieceLength, (long)pieces * pieceLength);
        Random = new SwarmRandom(seed);
        Picker = new PiecePicker(Geometry, Random);
    }

    public PieceGeometry Geometry { get; }

    public SwarmRandom Random { get; }

    public PiecePicker Picker { get; }

    /// <summary>True where blocks were on disk before, so that nobody sent them.</summary>
    public bool HasRestored { get; init; }

    public PieceIndex Piece(int number) => Geometry.Piece(number);

    public PeerPieces Seed(int slot)
    {
        var all = new Bitfield(Geometry.PieceCount);
        all.SetAll();
        return Peer(slot, all);
    }

    public PeerPieces Peer(int slot, params int[] pieces)
    {
        var set = new Bitfield(Geometry.PieceCount);
        foreach (int piece in pieces) set.Set(piece);
        return Peer(slot, set);
    }

    public PeerPieces Peer(int slot, Bitfield set)
    {
        PeerPieces peer = Picker.Join(slot);
        Picker.SetPieces(peer, set);
        return peer;
    }

    public BlockSpan[] Pick(PeerPieces peer, int max) => Pick(new PickContext(peer), max);

    public BlockSpan[] Pick(in PickContext context, int max)
    {
        var into = new BlockSpan[max];
        int count = Picker.Pick(context, into);
        return into[..count];
    }

    /// <summary>Makes the given pieces complete, so that picks are past the random-first phase.</summary>
    public void Have(params int[] pieces)
    {
        foreach (int piece in pieces) Picker.MarkHave(Piece(piece));
    }

    public BlockArrival Deliver(PeerPieces peer, BlockSpan block) => Picker.OnBlock(peer, block, out _);

    public void DeliverAll(PeerPieces peer, IEnumerable<BlockSpan> blocks)
    {
        foreach (BlockSpan block in blocks)
            if (Deliver(peer, block) == BlockArrival.AcceptedPieceFull) Picker.PieceGood(block.Piece);
    }
}
