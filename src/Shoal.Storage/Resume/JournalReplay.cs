using System.Buffers.Binary;
using Shoal.Protocol;

namespace Shoal.Storage.Resume;

/// <summary>
/// What the records of a journal add up to. A piece counts at once for a process that goes on after a crash of the
/// last one, since the system still has its data; after a restart of the system it counts only if a later record says
/// that its data reached the medium.
/// </summary>
internal sealed class JournalReplay
{
    private readonly PieceGeometry _geometry;
    private readonly Dictionary<int, int> _unsettled = [];
    private readonly Dictionary<int, List<NotedBlocks>> _unfinished = [];
    private readonly HashSet<int> _unsettledBlocks = [];
    private Guid? _boot;

    private JournalReplay(PieceGeometry geometry)
    {
        _geometry = geometry;
        Have = new Bitfield(geometry.PieceCount);
        Suspect = new Bitfield(geometry.PieceCount);
    }

    /// <summary>Pieces whose data is there unless somebody changed the files.</summary>
    public Bitfield Have { get; }

    /// <summary>Pieces that were recorded, but whose data may not have reached the medium.</summary>
    public Bitfield Suspect { get; }

    /// <summary>Pieces in <see cref="Have"/> that a crash of the system would still put in doubt.</summary>
    public IReadOnlyCollection<int> Unsettled => _unsettled.Keys;

    /// <summary>Pieces of which blocks are written, none of them in <see cref="Have"/>.</summary>
    public IReadOnlyDictionary<int, List<NotedBlocks>> Unfinished => _unfinished;

    /// <summary>The payload of the last record if it is <see cref="JournalRecordKind.Clean"/>, else empty.</summary>
    public byte[] CleanFiles { get; private set; } = [];

    /// <summary>Bytes of the journal up to the first that make no sense.</summary>
    public int ValidLength { get; private set; }

    /// <summary>Replays a journal; null when it is not one of this torrent that can be read.</summary>
    /// <param name="journal">The whole file.</param>
    /// <param name="header">The header that it must have.</param>
    /// <param name="geometry">Pieces of the torrent.</param>
    /// <param name="boot">Id of this start of the system; null where there is none, which is like a new start.</param>
    public static JournalReplay? Of(
        ReadOnlySpan<byte> journal, ReadOnlySpan<byte> header, PieceGeometry geometry, Guid? boot)
    {
        if (!journal.StartsWith(header)) return null;
        var replay = new JournalReplay(geometry);
        uint seed = JournalFormat.SeedOf(header);
        int offset = header.Length;
        while (JournalFormat.TryRead(journal, offset, seed, out JournalRecordKind kind, out ReadOnlySpan<byte> payload)
            && replay.Apply(kind, payload, offset))
            offset += JournalFormat.RecordLength(payload.Length);
        replay.ValidLength = offset;
        replay.EnterSession(boot);
        return replay;
    }

    private bool Apply(JournalRecordKind kind, ReadOnlySpan<byte> payload, int offset)
    {
        CleanFiles = [];
        switch (kind)
        {
            case JournalRecordKind.Session when payload.Length == 16:
                EnterSession(new Guid(payload));
                return true;
            case JournalRecordKind.Piece when TryPiece(payload, out int piece):
                Suspect.Clear(piece);
                _unfinished.Remove(piece);
                if (Have.Set(piece)) _unsettled[piece] = offset;
                return true;
            case JournalRecordKind.Lost when payload.IsEmpty:
                Suspect.ClearAll();
                return true;
            case JournalRecordKind.Doubt when payload.IsEmpty:
                Have.ClearAll();
                Suspect.SetAll();
                _unsettled.Clear();
                _unfinished.Clear();
                return true;
            case JournalRecordKind.Lost when TryPiece(payload, out int piece):
                Have.Clear(piece);
                Suspect.Clear(piece);
                _unsettled.Remove(piece);
                _unfinished.Remove(piece);
                return true;
            case JournalRecordKind.Doubt when TryPiece(payload, out int piece):
                Have.Clear(piece);
                Suspect.Set(piece);
                _unsettled.Remove(piece);
                _unfinished.Remove(piece);
                return true;
            case JournalRecordKind.Blocks when JournalFormat.TryReadBlocks(payload, _geometry, out BlockSpan blocks):
                Note(blocks, offset);
                return true;
            case JournalRecordKind.Durable when payload.Length == 8:
                Settle(BinaryPrimitives.ReadInt64LittleEndian(payload));
                return true;
            case JournalRecordKind.Snapshot when Bitfield.TryRead(payload, Have.Length, out Bitfield snapshot):
                Have.CopyFrom(snapshot);
                Suspect.ClearAll();
                _unsettled.Clear();
                _unfinished.Clear();
                return true;
            case JournalRecordKind.Clean:
                CleanFiles = payload.ToArray();
                return true;
            default:
                return false;
        }
    }

    private bool TryPiece(ReadOnlySpan<byte> payload, out int piece)
    {
        piece = payload.Length == 4 ? BinaryPrimitives.ReadInt32LittleEndian(payload) : -1;
        return (uint)piece < (uint)Have.Length;
    }

    private void EnterSession(Guid? boot)
    {
        if (_boot is not null && _boot != boot)
        {
            foreach (int piece in _unsettled.Keys)
            {
                Have.Clear(piece);
                Suspect.Set(piece);
            }
            _unsettled.Clear();
            ForgetUnsettledBlocks();
        }
        _boot = boot;
    }

    private void Note(BlockSpan blocks, int offset)
    {
        int piece = blocks.Piece.Value;
        // Its verdict and this record may have been written by two threads.
        if (Have[piece] || Suspect[piece]) return;
        if (!_unfinished.TryGetValue(piece, out List<NotedBlocks>? noted)) _unfinished.Add(piece, noted = []);
        noted.Add(new NotedBlocks(blocks, offset));
        _unsettledBlocks.Add(piece);
    }

    /// <summary>
    /// What is not whole cannot be checked, so blocks that may not have reached the medium are gone.
    /// </summary>
    private void ForgetUnsettledBlocks()
    {
        foreach ((int piece, List<NotedBlocks> noted) in _unfinished)
        {
            noted.RemoveAll(blocks => !blocks.IsSettled);
            if (noted.Count == 0) _unfinished.Remove(piece);
        }
    }

    private void Settle(long before)
    {
        foreach ((int piece, int offset) in _unsettled)
            if (offset < before) _unsettled.Remove(piece);
        foreach (int piece in _unsettledBlocks)
        {
            bool isSettled = true;
            List<NotedBlocks> noted = _unfinished.GetValueOrDefault(piece, []);
            for (int i = 0; i < noted.Count; i++)
            {
                if (noted[i].Offset < before) noted[i] = noted[i] with { Offset = NotedBlocks.Settled };
                isSettled &= noted[i].IsSettled;
            }
            if (isSettled) _unsettledBlocks.Remove(piece);
        }
    }
}
