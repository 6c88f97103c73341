using Shoal.Protocol;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm.Requests;

namespace Shoal.Lab.Simulation.Checks;

/// <summary>
/// Watches what one peer says on one connection, and finds what the specifications forbid: BEP 3, 6 and 10. It knows
/// only what the peer itself could know: what it sent, and what has reached it.
/// </summary>
internal sealed class WireChecker(SimLink link, Action<string> fail)
{
    private readonly SimPeer _owner = link.Owner;

    // Of what is to be sent next so many bytes were written before the last messages arrived: they cross.
    private int _crossing;
    private bool _crosses;

    // What is sent first, before anything that depends on it.
    private bool _saidPieces;
    private bool _saidExtensions;
    private bool _isStarted;

    private readonly Bitfield _said = new(link.Owner.Geometry.PieceCount);
    private readonly HashSet<PieceIndex> _allowed = [];
    private readonly Dictionary<BlockSpan, int> _asked = [];
    private bool _unchokes;
    private bool _interested;
    private int _askedCount;

    // What the other side said, as far as it has arrived.
    private readonly Bitfield _heard = new(link.Owner.Geometry.PieceCount);
    private readonly HashSet<PieceIndex> _allowedToUs = [];
    private readonly Dictionary<BlockSpan, int> _owed = [];
    private bool _unchokedUs;

    /// <summary>Whole messages leave; the handshake is not among them.</summary>
    public void OnSent(ReadOnlySpan<byte> messages)
    {
        int written = messages.Length;
        while (!messages.IsEmpty)
        {
            FrameStatus status =
                PeerFrame.TryRead(messages, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int length);
            _crosses = written - messages.Length < _crossing;
            if (status is not (FrameStatus.Ok or FrameStatus.KeepAlive))
            {
                Fail($"sent something that is no message ({status})");
                return;
            }
            if (status == FrameStatus.Ok) OnSent(frame);
            messages = messages[length..];
        }
        _crossing = 0;
        _crosses = false;
    }

    /// <summary>A block leaves whose bytes are not kept.</summary>
    public void OnSent(BlockSpan block)
    {
        if (!_unchokes && !_allowed.Contains(block.Piece)) Fail($"sent {Name(block)} while choking");
        if (!_said[block.Piece]) Fail($"sent {Name(block)} of a piece that it never offered");
        Answer(block, "sent");
    }

    /// <summary>Whole messages have arrived, of whatever sender.</summary>
    public void OnReceived(ReadOnlySpan<byte> messages)
    {
        _crossing = link.Session?.Outbox.Length ?? 0;
        while (!messages.IsEmpty)
        {
            FrameStatus status =
                PeerFrame.TryRead(messages, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int length);
            if (status == FrameStatus.Ok) OnReceived(frame);
            else if (status != FrameStatus.KeepAlive) return;
            messages = messages[length..];
        }
    }

    /// <summary>A block has arrived whose bytes are not kept.</summary>
    public void OnReceived(BlockSpan block)
    {
        _crossing = link.Session?.Outbox.Length ?? 0;
        if (!_asked.TryGetValue(block, out int count)) return;
        _askedCount--;
        if (count == 1) _asked.Remove(block);
        else _asked[block] = count - 1;
    }

    private void OnSent(PeerFrame frame)
    {
        bool isFirst = frame.Id is PeerMessageId.Bitfield or PeerMessageId.HaveAll or PeerMessageId.HaveNone;
        if (isFirst && (_saidPieces || _isStarted)) Fail($"sent {frame.Id} when others were sent before it");
        _isStarted |= !isFirst && frame.Id != PeerMessageId.Extended;
        switch (frame.Id)
        {
            case PeerMessageId.HaveAll: SaidAll(); break;
            case PeerMessageId.HaveNone: _saidPieces = true; break;
            case PeerMessageId.Bitfield: SaidBitfield(frame); break;
            case PeerMessageId.Have: SaidHave(frame); break;
            case PeerMessageId.Choke: Flip(ref _unchokes, false, frame.Id); break;
            case PeerMessageId.Unchoke: Flip(ref _unchokes, true, frame.Id); break;
            case PeerMessageId.Interested: Flip(ref _interested, true, frame.Id); break;
            case PeerMessageId.NotInterested: Flip(ref _interested, false, frame.Id); break;
            case PeerMessageId.Request: SaidRequest(frame); break;
            case PeerMessageId.Cancel: SaidCancel(frame); break;
            case PeerMessageId.RejectRequest:
                if (TryBlock(frame, out BlockSpan rejected)) Answer(rejected, "rejected");
                break;
            case PeerMessageId.Piece:
                if (TryPiece(frame, out BlockSpan block)) OnSent(block);
                else Fail("sent a block that does not exist");
                break;
            case PeerMessageId.AllowedFast:
                if (TryAllowed(frame, out PieceIndex fast)) _allowed.Add(fast);
                else Fail("allowed a piece that does not exist");
                break;
            case PeerMessageId.Extended: SaidExtended(frame); break;
            case PeerMessageId.SuggestPiece or PeerMessageId.HashRequest or PeerMessageId.Hashes
                or PeerMessageId.HashReject: break;
            default: Fail($"sent message {(int)frame.Id}, which no specification that it follows knows"); break;
        }
    }

    private void SaidAll()
    {
        _saidPieces = true;
        if (!_owner.Brain.Have.IsFull) Fail("said that it has all pieces");
        _said.SetAll();
    }

    private void SaidBitfield(PeerFrame frame)
    {
        _saidPieces = true;
        if (!Bitfield.TryRead(frame.Payload, _said.Length, out Bitfield pieces))
        {
            Fail("sent a bitfield that does not fit the torrent");
            return;
        }
        if (pieces.Lacks(_owner.Brain.Have) || _owner.Brain.Have.Lacks(pieces))
            Fail("sent a bitfield that is not true");
        _said.CopyFrom(pieces);
    }

    private void SaidHave(PeerFrame frame)
    {
        if (!frame.TryReadHave(out uint number) || !_owner.Geometry.TryPiece(number, out PieceIndex piece))
        {
            Fail("offered a piece that does not exist");
            return;
        }
        if (!_owner.Brain.Have[piece]) Fail($"offered piece {piece}, which it has not");
        if (!_said.Set(piece)) Fail($"offered piece {piece} twice");
    }

    private void SaidRequest(PeerFrame frame)
    {
        if (!TryBlock(frame, out BlockSpan block) || !_owner.Geometry.IsBlock(block))
        {
            Fail("asked for something that is no block");
            return;
        }
        if (!_interested) Fail($"asked for {Name(block)} without being interested");
        bool isAllowed = _unchokedUs || _allowedToUs.Contains(block.Piece);
        if (!_crosses && !isAllowed) Fail($"asked for {Name(block)} while choked");
        if (!_heard[block.Piece]) Fail($"asked for {Name(block)}, which was not offered");
        _asked[block] = _asked.GetValueOrDefault(block) + 1;
        // The other side's queue is ours, as it is the same program.
        if (++_askedCount > RequestQueue.DefaultCapacity) Fail($"asks for {_askedCount} blocks at a time");
    }

    private void SaidCancel(PeerFrame frame)
    {
        if (!TryBlock(frame, out BlockSpan block) || (!_crosses && !_asked.ContainsKey(block)))
            Fail("cancelled what it had not asked for");
    }

    private void SaidExtended(PeerFrame frame)
    {
        if (!frame.TryReadExtended(out byte id, out _)) Fail("sent an extension message without a number");
        if (id != 0 && !_saidExtensions) Fail("used an extension before it told its own");
        _saidExtensions = true;
    }

    private void OnReceived(PeerFrame frame)
    {
        switch (frame.Id)
        {
            case PeerMessageId.HaveAll: _heard.SetAll(); break;
            case PeerMessageId.Bitfield:
                if (Bitfield.TryRead(frame.Payload, _heard.Length, out Bitfield pieces)) _heard.CopyFrom(pieces);
                break;
            case PeerMessageId.Have:
                if (frame.TryReadHave(out uint number) && _owner.Geometry.TryPiece(number, out PieceIndex piece))
                    _heard.Set(piece);
                break;
            case PeerMessageId.Choke: _unchokedUs = false; break;
            case PeerMessageId.Unchoke: _unchokedUs = true; break;
            case PeerMessageId.AllowedFast:
                if (TryAllowed(frame, out PieceIndex fast)) _allowedToUs.Add(fast);
                break;
            case PeerMessageId.Request:
                if (TryBlock(frame, out BlockSpan asked)) _owed[asked] = _owed.GetValueOrDefault(asked) + 1;
                break;
            case PeerMessageId.RejectRequest:
                if (TryBlock(frame, out BlockSpan rejected)) OnReceived(rejected);
                break;
            case PeerMessageId.Piece:
                if (TryPiece(frame, out BlockSpan block)) OnReceived(block);
                break;
        }
    }

    // Under the Fast extension each request gets one answer and no other block is sent.
    private void Answer(BlockSpan block, string how)
    {
        int owed = _owed.GetValueOrDefault(block);
        if (owed == 0) Fail($"{how} {Name(block)}, which nobody asked for");
        else if (owed == 1) _owed.Remove(block);
        else _owed[block] = owed - 1;
    }

    private void Flip(ref bool state, bool to, PeerMessageId id)
    {
        if (state == to) Fail($"sent {id} twice");
        state = to;
    }

    private bool TryAllowed(PeerFrame frame, out PieceIndex piece)
    {
        piece = default;
        return frame.TryReadAllowedFast(out uint number) && _owner.Geometry.TryPiece(number, out piece);
    }

    private bool TryBlock(PeerFrame frame, out BlockSpan block)
    {
        block = default;
        return frame.TryReadRequest(out uint piece, out uint begin, out uint length)
            && _owner.Geometry.TrySpan(piece, begin, length, out block);
    }

    private bool TryPiece(PeerFrame frame, out BlockSpan block)
    {
        block = default;
        return frame.TryReadPiece(out uint piece, out uint begin, out ReadOnlySpan<byte> bytes)
            && _owner.Geometry.TrySpan(piece, begin, (uint)bytes.Length, out block);
    }

    private static string Name(BlockSpan block) => $"byte {block.Begin} of piece {block.Piece}";

    private void Fail(string what) => fail($"{_owner.Number} {what}, to {link.Other.Owner.Number}");
}
