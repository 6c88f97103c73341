using System.Buffers.Binary;
using System.Net;
using Shoal.Engine.Peers;
using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.PeerWire;
using Shoal.Swarm;

namespace Shoal.Lab.Simulation;

// What comes in and what goes out. Messages are the bytes that the program would send; only blocks whose bytes nobody
// keeps are written into one buffer that all peers share, header by header.
internal sealed partial class SimPeer
{
    // One virtual thread, so one buffer for the blocks of all peers.
    private static readonly byte[] CountedBlock = new byte[PeerMessages.PieceHeaderLength + PieceGeometry.BlockLength];

    // Runs are short so that many connections share a line as evenly as streams do.
    private const int RunBlocks = 2;

    /// <summary>The address that a connection which we make comes from.</summary>
    public IPEndPoint NextSource() => new(ListensAt.Address, 32_768 + _nextPort++ % 28_000);

    /// <summary>A packet arrived on one of our connections.</summary>
    public void Arrived(SimLink link, SimPacket packet)
    {
        int begin = 0;
        if (link.AwaitsHandshake)
        {
            if (Handshake.TryRead(packet.Bytes.Span, out Handshake handshake) != HandshakeStatus.Ok)
            {
                if (link.Session is { } silent) Brain.LinkLost(silent, DisconnectReason.NotBitTorrent, Now);
                else Drop(link);
                EndTurn();
                return;
            }
            link.AwaitsHandshake = false;
            begin = Handshake.Length;
            Greet(link, handshake);
        }
        if (packet.Length > begin && link.Session is { } session)
        {
            link.Checker?.OnReceived(packet.Bytes.Span[begin..]);
            Receive(session, packet.Bytes.Span[begin..]);
        }
        for (int i = 0; i < packet.BlockCount && link.Session is not null; i++)
        {
            BlockSpan block = packet.Blocks[i];
            link.Checker?.OnReceived(block);
            PeerMessages.WritePieceHeader(CountedBlock, block);
            _receivesSpoiled = (packet.SpoiledBlocks & (1 << i)) != 0;
            Brain.Receive(
                link.Session, CountedBlock.AsSpan(0, PeerMessages.PieceHeaderLength + block.Length), Now);
            _receivesSpoiled = false;
        }
        DownloadedBytes += packet.BlockBytes;
        EndTurn();
    }

    /// <summary>The other side ended one of our connections.</summary>
    public void Ended(SimLink link, bool isReset)
    {
        if (link.Session is { } session)
        {
            DisconnectReason reason = isReset ? DisconnectReason.SocketError : DisconnectReason.ClosedByPeer;
            Brain.LinkLost(session, reason, Now);
        }
        Drop(link);
        EndTurn();
    }

    /// <summary>Takes the next blocks to send on a connection, now that the line is free; null for none.</summary>
    public SimPacket? TakeRun(SimLink link)
    {
        Span<BlockSpan> blocks = stackalloc BlockSpan[SimPacket.MaxBlocks];
        int count = link.Session!.TakeUploads(blocks[..(_world.Scale > 1 ? 1 : RunBlocks)]);
        if (count == 0) return null;
        SimPacket packet = Network.NewPacket();
        packet.To = link.Other;
        // Small messages that wait go out before the blocks.
        TakeOutbox(link, packet);
        for (int i = 0; i < count; i++)
        {
            bool isSpoiled = Misconduct is { } misconduct && misconduct.Spoils(blocks[i]);
            packet.BlockBytes += blocks[i].Length;
            if (_world.Plan.KeepsBytes) WriteBlock(packet, blocks[i], isSpoiled);
            else
            {
                packet.Blocks[packet.BlockCount++] = blocks[i];
                if (isSpoiled) packet.SpoiledBlocks |= 1 << i;
            }
            link.Checker?.OnSent(blocks[i]);
        }
        Note(link, packet);
        return packet;
    }

    /// <summary>A run has left the line.</summary>
    public void RunSent(SimLink link, int bytes)
    {
        if (link.IsClosed || link.Session is not { } session) return;
        Brain.Uploaded(session, bytes, Now);
        Flush(link);
    }

    /// <summary>Sends what waits on a connection without an event of the brain.</summary>
    public void FlushNow(SimLink link) => Flush(link);

    private void WriteBlock(SimPacket packet, BlockSpan block, bool isSpoiled)
    {
        Span<byte> message = packet.Append(PeerMessages.PieceHeaderLength + block.Length);
        PeerMessages.WritePieceHeader(message, block);
        Span<byte> bytes = message[PeerMessages.PieceHeaderLength..];
        if (!Disk.Read(block, bytes)) bytes.Clear();
        if (isSpoiled) bytes[Random.Next(bytes.Length)] ^= 0x10;
    }

    private void Greet(SimLink link, Handshake handshake)
    {
        if (link.Session is { } dialled)
        {
            Brain.Handshaken(dialled, handshake, Now);
            return;
        }
        _joining = link;
        PeerSession? session = Brain.Accept(link.Remote, handshake, Now, out DisconnectReason reason);
        _joining = null;
        if (session is not null) return;
        if (Network.Log.IsOn) Network.Log.Write($"{Number} refuses {link.Other.Owner.Number}: {reason}");
        _world.Closed(this, link.Other.Owner, reason);
        Drop(link);
    }

    // Messages go through a slab, as blocks in them are kept by reference until they are on disk.
    private void Receive(PeerSession session, ReadOnlySpan<byte> messages)
    {
        if (!_world.Plan.KeepsBytes)
        {
            Brain.Receive(session, messages, Now);
            return;
        }
        SlabPool pool = messages.Length > Buffers.SmallReceive.SlabLength ? Buffers.LargeReceive : Buffers.SmallReceive;
        Slab slab = pool.Rent();
        messages.CopyTo(slab.Array);
        _received = new SlabSlice(slab, 0, messages.Length);
        Brain.Receive(session, _received.Span, Now);
        _received = default;
        slab.Release();
    }

    private void EndTurn()
    {
        for (int i = 0; i < _output.Count; i++)
        {
            _output[i].IsQueued = false;
            Flush(_output[i]);
        }
        _output.Clear();
        Disk.EndTurn();
        _world.TurnEnded(this);
    }

    private void Flush(SimLink link)
    {
        if (link.IsClosed || link.IsSending || link.Session is not { } session) return;
        if (session.HasUploads && Misconduct?.Stalls(link) != true)
        {
            Line.Offer(link);
            // When its turn came at once, what waits went along.
            if (link.IsSending) return;
        }
        if (session.Outbox.IsEmpty) return;
        SimPacket packet = Network.NewPacket();
        TakeOutbox(link, packet);
        if (packet.Length > 0)
        {
            Note(link, packet);
            Line.ChargeUp(packet.Length);
            Network.Depart(link, packet);
        }
        else
        {
            Network.Recycle(packet);
        }
    }

    private void TakeOutbox(SimLink link, SimPacket packet)
    {
        MessageBuffer outbox = link.Session!.Outbox;
        if (outbox.IsEmpty) return;
        ReadOnlySpan<byte> bytes = outbox.Pending;
        if (!link.HasGreeted)
        {
            link.HasGreeted = true;
            packet.Write(bytes[..Handshake.Length]);
            bytes = bytes[Handshake.Length..];
        }
        int begin = packet.Length;
        if (Misconduct is { } misconduct) misconduct.Rewrite(link, bytes, packet);
        else if (!_world.Seams.Rewrites(link, bytes, packet)) packet.Write(bytes);
        outbox.Clear();
        link.Checker?.OnSent(packet.Bytes.Span[begin..]);
    }

    private void Note(SimLink link, SimPacket packet)
    {
        if (!_world.Plan.IsLogged && !_world.Plan.IsChecked) return;
        Network.Log.Note(link.Number, packet.Bytes.Span);
        Span<byte> span = stackalloc byte[8];
        for (int i = 0; i < packet.BlockCount; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(span, packet.Blocks[i].Piece.Value);
            BinaryPrimitives.WriteInt32LittleEndian(span[4..], packet.Blocks[i].Begin);
            Network.Log.Note(link.Number, span);
        }
    }
}
