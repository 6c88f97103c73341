using System.Buffers.Binary;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Swarm.Tests.Brain;

/// <summary>
/// The other end of a session. It speaks through the production codecs: what it says is written as bytes and received
/// by the brain, what it hears is read from the bytes of the session's outbox.
/// </summary>
internal sealed class FakePeer(BrainFixture fixture, PeerSession session)
{
    private readonly MessageBuffer _out = new();
    private readonly List<BlockSpan> _asked = [];

    public PeerSession Session => session;

    /// <summary>Everything that was heard so far and not taken by <see cref="Hear"/>.</summary>
    public List<Heard> Inbox { get; } = [];

    /// <summary>Blocks that the brain asked for and this peer neither sent nor saw cancelled, oldest first.</summary>
    public IReadOnlyList<BlockSpan> Asked
    {
        get
        {
            Listen();
            return _asked;
        }
    }

    public DisconnectReason Reason => fixture.Port.ReasonFor(session);

    public bool IsOpen => session.Phase == SessionPhase.Open;

    /// <summary>Takes what was heard since the last call.</summary>
    public List<Heard> Hear()
    {
        Listen();
        List<Heard> heard = [.. Inbox];
        Inbox.Clear();
        return heard;
    }

    /// <summary>The kinds of messages that were heard since the last call.</summary>
    public List<PeerMessageId?> HearKinds() => [.. Hear().Select(heard => heard.Id)];

    /// <summary>Writes messages and lets the brain receive them together.</summary>
    public FakePeer Say(Action<MessageBuffer> write)
    {
        write(_out);
        byte[] bytes = _out.Pending.ToArray();
        _out.Clear();
        fixture.Receive(session, bytes);
        return this;
    }

    /// <summary>Says a message of a kind that has no writer, or with a payload that none would write.</summary>
    public FakePeer SayRaw(PeerMessageId id, params ReadOnlySpan<byte> payload)
    {
        byte[] message = new byte[5 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(message, 1 + payload.Length);
        message[4] = (byte)id;
        payload.CopyTo(message.AsSpan(5));
        return Say(buffer => buffer.Write(message));
    }

    /// <summary>Says a message whose payload is numbers.</summary>
    public FakePeer SayNumbers(PeerMessageId id, params ReadOnlySpan<uint> numbers)
    {
        byte[] payload = new byte[4 * numbers.Length];
        for (int i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4 * i), numbers[i]);
        return SayRaw(id, payload);
    }

    public FakePeer HaveAll() => Say(PeerMessages.WriteHaveAll);

    public FakePeer HaveNone() => Say(PeerMessages.WriteHaveNone);

    public FakePeer Has(params int[] pieces) => Say(buffer =>
    {
        var set = new Bitfield(fixture.Geometry.PieceCount);
        foreach (int piece in pieces) set.Set(piece);
        PeerMessages.WriteBitfield(buffer, set);
    });

    public FakePeer Have(int piece) => Say(buffer => PeerMessages.WriteHave(buffer, fixture.Geometry.Piece(piece)));

    public FakePeer Unchoke() => Say(PeerMessages.WriteUnchoke);

    public FakePeer Choke() => Say(PeerMessages.WriteChoke);

    public FakePeer Interested() => Say(PeerMessages.WriteInterested);

    public FakePeer Request(BlockSpan block) => Say(buffer => PeerMessages.WriteRequest(buffer, block));

    public FakePeer Reject(BlockSpan block) => Say(buffer => PeerMessages.WriteReject(buffer, block));

    public FakePeer Extends(ExtensionHandshake handshake) => Say(handshake.Write);

    /// <summary>Sends a block, right unless told otherwise.</summary>
    public FakePeer Send(BlockSpan block, bool spoilt = false)
    {
        Listen();
        _asked.Remove(block);
        byte[] bytes = fixture.Torrent.Block(block).ToArray();
        if (spoilt) bytes[block.Length / 2] ^= 0x55;
        return Say(buffer => PeerMessages.WritePiece(buffer, block, bytes));
    }

    /// <summary>Sends what it was asked for, up to a number of blocks, and what it is asked for meanwhile.</summary>
    public int SendAsked(int most = int.MaxValue, Func<BlockSpan, bool>? spoil = null)
    {
        int sent = 0;
        for (; sent < most && IsOpen && Asked.Count > 0; sent++)
            Send(_asked[0], spoil is not null && spoil(_asked[0]));
        return sent;
    }

    /// <summary>The connection breaks.</summary>
    public void Vanish() => fixture.Lose(session);

    private void Listen()
    {
        foreach (Heard heard in Heard.All(session.Outbox))
        {
            Inbox.Add(heard);
            if (heard.Id == PeerMessageId.Request) _asked.Add(heard.Block(fixture.Geometry));
            if (heard.Id == PeerMessageId.Cancel) _asked.Remove(heard.Block(fixture.Geometry));
        }
    }
}
