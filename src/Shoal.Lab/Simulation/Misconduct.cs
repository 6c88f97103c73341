using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Lab.Simulation;

/// <summary>
/// What a peer that is not honest does to the messages and blocks of the honest brain inside of it. Chance comes from
/// the peer's own sequence.
/// </summary>
internal sealed class Misconduct
{
    // One block in so many is spoiled by a poisoner.
    private const int SpoiledOneIn = 4;

    // A flooder sends something improper about so often, in ticks of a quarter of a second.
    private const int FloodOneInTicks = 8;

    private readonly SimPeer _peer;
    private readonly PeerBehaviour _behaviour;
    private readonly MessageBuffer _message = new();
    private readonly HashSet<long> _stalled = [];

    private Misconduct(SimPeer peer)
    {
        _peer = peer;
        _behaviour = peer.Group.Behaviour;
    }

    /// <summary>True when nothing that is asked for on a connection is ever sent.</summary>
    public bool Stalls(SimLink link)
    {
        if (_behaviour != PeerBehaviour.Staller) return false;
        if (_stalled.Add(link.Number)) Tell("stalls", link);
        return true;
    }

    /// <summary>What a peer does; null for an honest one.</summary>
    public static Misconduct? Of(SimPeer peer) =>
        peer.Group.Behaviour == PeerBehaviour.Honest ? null : new Misconduct(peer);

    /// <summary>True when a block that is about to be sent is to be spoiled.</summary>
    public bool Spoils(BlockSpan block) =>
        _behaviour == PeerBehaviour.Poisoner && _peer.Random.Next(SpoiledOneIn) == 0;

    /// <summary>Puts into a packet what the peer says instead of what its brain wanted to say.</summary>
    public void Rewrite(SimLink link, ReadOnlySpan<byte> messages, SimPacket packet)
    {
        while (!messages.IsEmpty)
        {
            FrameStatus status =
                PeerFrame.TryRead(messages, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int length);
            if (status is not (FrameStatus.Ok or FrameStatus.KeepAlive))
            {
                // Its own nonsense, which no reader takes apart.
                packet.Write(messages);
                return;
            }
            if (!Replaces(link, frame, length)) packet.Write(messages[..length]);
            packet.Write(_message.Pending);
            _message.Clear();
            messages = messages[length..];
        }
    }

    /// <summary>Time went on.</summary>
    public void Tick()
    {
        if (_behaviour != PeerBehaviour.Flooder || _peer.Links.Count == 0) return;
        if (_peer.Random.Next(FloodOneInTicks) != 0) return;
        SimLink link = _peer.Links[_peer.Random.Next(_peer.Links.Count)];
        if (link.Session is not { Phase: Swarm.SessionPhase.Open } session || !link.HasGreeted) return;
        WriteNonsense(session.Outbox);
        Tell("floods", link);
        _peer.FlushNow(link);
    }

    // True when the message is not to be sent; what is to be sent beside it or in its place is in the buffer.
    private bool Replaces(SimLink link, PeerFrame frame, int length)
    {
        bool isKeepAlive = length == FrameLimits.PrefixBytes;
        if (isKeepAlive) return false;
        switch (_behaviour)
        {
            case PeerBehaviour.FreeRider:
                return frame.Id is PeerMessageId.Unchoke or PeerMessageId.Choke or PeerMessageId.AllowedFast;
            case PeerBehaviour.Braggart:
                if (frame.Id is PeerMessageId.Bitfield or PeerMessageId.HaveNone)
                {
                    PeerMessages.WriteHaveAll(_message);
                    Tell("boasts to", link);
                }
                return frame.Id is PeerMessageId.Bitfield or PeerMessageId.HaveNone or PeerMessageId.Have;
            default:
                return false;
        }
    }

    private void Tell(string does, SimLink link)
    {
        EventLog log = _peer.Network.Log;
        if (log.IsOn) log.Write($"{_peer.Number} {does} {link.Other.Owner.Number}");
    }

    private void WriteNonsense(MessageBuffer outbox)
    {
        PieceGeometry geometry = _peer.Geometry;
        PieceIndex piece = geometry.Piece(_peer.Random.Next(geometry.PieceCount));
        switch (_peer.Random.Next(7))
        {
            case 0:
                PeerMessages.WritePiece(outbox, geometry.Block(piece, 0), new byte[geometry.Block(piece, 0).Length]);
                break;
            case 1:
                for (int i = 0; i < 3000; i++) PeerMessages.WriteRequest(outbox, geometry.Block(piece, 0));
                break;
            case 2:
                outbox.Write([0, 0, 0, 5, (byte)PeerMessageId.Have, 0xff, 0xff, 0xff, 0xff]);
                break;
            case 3:
                outbox.Write([0, 0, 0, 2, (byte)PeerMessageId.Choke, 0]);
                break;
            case 4:
                outbox.Write([0, 0, 0, 1, (byte)PeerMessageId.HaveAll]);
                break;
            case 5:
                PeerMessages.WriteReject(outbox, geometry.Block(piece, 0));
                break;
            default:
                outbox.Write([0, 0, 0, 3, 99, 1, 2]);
                break;
        }
    }
}
