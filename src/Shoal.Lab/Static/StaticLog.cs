using System.Globalization;
using Shoal.Protocol;

namespace Shoal.Lab.Static;

/// <summary>
/// A peer's log: a line for everything that happens between it and the others, in the order in which it happened.
/// </summary>
/// <remarks>
/// A piece is one only once it is hashed, a moment after its last block came; and in that moment its sender may choke
/// us. Lines that follow therefore wait for the verdict, so that the log can be checked: no piece comes from a peer
/// that chokes.
/// </remarks>
internal sealed class StaticLog
{
    private readonly TextWriter _writer;
    private readonly TimeProvider _time;
    private readonly long _id;
    private readonly Queue<Entry> _waiting = new();
    private readonly Dictionary<PieceIndex, Entry> _unjudged = [];
    private string _preferred = "";
    private string _optimistic = "";
    private int _pieces;
    private int _pieceCount;

    public StaticLog(TextWriter writer, TimeProvider time, long id)
    {
        _writer = writer;
        _time = time;
        _id = id;
    }

    public void Started(int pieces, int pieceCount)
    {
        _pieces = pieces;
        _pieceCount = pieceCount;
    }

    public void Connected(long other, bool weDialled) =>
        Add(weDialled ? $"makes a connection to Peer {other}." : $"is connected from Peer {other}.");

    public void ChokeChanged(long other, bool isUnchoked) =>
        Add($"is {(isUnchoked ? "unchoked" : "choked")} by {other}.");

    public void InterestTold(long other, bool isInterested) =>
        Add($"received the '{(isInterested ? "interested" : "not interested")}' message from {other}.");

    public void PieceAnnounced(long other, PieceIndex piece) =>
        Add($"received the 'have' message from {other} for the piece {piece}.");

    public void PieceArrived(long other, PieceIndex piece)
    {
        Entry entry = new(_time.GetLocalNow(), null, piece, other);
        _unjudged[piece] = entry;
        _waiting.Enqueue(entry);
    }

    public void PieceJudged(PieceIndex piece, bool isGood)
    {
        if (!_unjudged.Remove(piece, out Entry? entry)) return;
        entry.IsGood = isGood;
        Flush();
    }

    /// <summary>Notes who the neighbours are now; a line for each kind that has changed.</summary>
    public void NeighboursChosen(IEnumerable<long> preferred, IEnumerable<long> optimistic)
    {
        if (Changed(preferred, ref _preferred))
            Add(_preferred.Length > 0
                ? $"has the preferred neighbors {_preferred}." : "has no preferred neighbors.");
        if (Changed(optimistic, ref _optimistic))
            Add(_optimistic.Length > 0
                ? $"has the optimistically unchoked neighbor {_optimistic}."
                : "has no optimistically unchoked neighbor.");
    }

    /// <summary>Writes what still waits; a piece that has no verdict by now was never one.</summary>
    public void Close()
    {
        foreach (Entry entry in _unjudged.Values) entry.IsGood = false;
        Flush();
        _writer.Dispose();
    }

    private static bool Changed(IEnumerable<long> now, ref string before)
    {
        string text = string.Join(", ", now.Order().Select(id => id.ToString(CultureInfo.InvariantCulture)));
        if (text == before) return false;
        before = text;
        return true;
    }

    private void Add(string sentence)
    {
        _waiting.Enqueue(new Entry(_time.GetLocalNow(), sentence, default, 0));
        Flush();
    }

    private void Flush()
    {
        while (_waiting.TryPeek(out Entry? entry) && (entry.Sentence is not null || entry.IsGood is not null))
        {
            _waiting.Dequeue();
            if (entry.Sentence is not null) Write(entry.At, entry.Sentence);
            else if (entry.IsGood is true) WritePiece(entry);
        }
        _writer.Flush();
    }

    private void WritePiece(Entry entry)
    {
        _pieces++;
        Write(
            entry.At,
            $"has downloaded the piece {entry.Piece} from {entry.From}. Now the number of pieces it has is {_pieces}.");
        if (_pieces == _pieceCount) Write(entry.At, "has downloaded the complete file.");
    }

    private void Write(DateTimeOffset at, string sentence) => _writer.Write(
        string.Create(CultureInfo.InvariantCulture, $"{at:yyyy-MM-dd HH:mm:ss}: Peer {_id} {sentence}\n"));

    private sealed class Entry(DateTimeOffset at, string? sentence, PieceIndex piece, long from)
    {
        public DateTimeOffset At => at;

        public string? Sentence => sentence;

        public PieceIndex Piece => piece;

        public long From => from;

        public bool? IsGood { get; set; }
    }
}
