using Shoal.Lab.Simulation;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Simulation.Tests;

/// <summary>Defects that a test plants between a brain and its world, as if the brain had them.</summary>
internal abstract class PlantedDefect : SimSeams
{
    /// <summary>How often the defect has shown.</summary>
    public int Times { get; private set; }

    protected void Happened() => Times++;

    /// <summary>A picker that counts from one: now and then it asks for the piece after the one it chose.</summary>
    public sealed class OffByOne : PlantedDefect
    {
        public override bool Rewrites(SimLink link, ReadOnlySpan<byte> messages, SimPacket packet)
        {
            var changed = new MessageBuffer();
            while (!messages.IsEmpty)
            {
                PeerFrame.TryRead(messages, PeerFrame.DefaultMaxBytes, out PeerFrame frame, out int length);
                bool isAsked = length > 4 && frame.Id == PeerMessageId.Request;
                if (isAsked && frame.TryReadRequest(out uint piece, out uint begin, out uint count))
                {
                    Happened();
                    // Past the end at the last piece, and a piece too far at all others.
                    Write(changed, piece + 1, begin, count);
                }
                else
                {
                    changed.Write(messages[..length]);
                }
                messages = messages[length..];
            }
            packet.Write(changed.Pending);
            return true;
        }

        private static void Write(MessageBuffer buffer, uint piece, uint begin, uint count)
        {
            Span<byte> message = buffer.GetSpan(17);
            new byte[] { 0, 0, 0, 13, (byte)PeerMessageId.Request }.CopyTo(message);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(message[5..], piece);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(message[9..], begin);
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(message[13..], count);
            buffer.Advance(17);
        }
    }

    /// <summary>A way to the disk on which one block is lost.</summary>
    public sealed class LostBlock : PlantedDefect
    {
        public override bool Stores(SimPeer peer, BlockSpan block)
        {
            if (Times > 0 || block.Piece.Value != 1) return true;
            Happened();
            return false;
        }
    }

    /// <summary>A comparison of blocks that is one off, so that the sender of the block before is blamed.</summary>
    public sealed class WrongBan : PlantedDefect
    {
        public override Sha256Hash[] Hashes(SimPeer peer, PieceIndex piece, Sha256Hash[] hashes)
        {
            if (hashes.Length < 2) return hashes;
            Happened();
            // Of the bad version the hashes move by one, of the good one they stay: so everybody seems to differ.
            return peer.Brain.Have[piece] ? hashes : [.. hashes.Skip(1), hashes[0]];
        }
    }
}
