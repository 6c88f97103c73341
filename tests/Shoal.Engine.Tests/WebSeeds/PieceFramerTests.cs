using FsCheck;
using FsCheck.Fluent;
using Shoal.Engine.WebSeeds;
using Shoal.Protocol;
using Shoal.Protocol.PeerWire;

namespace Shoal.Engine.Tests.WebSeeds;

/// <summary>From a stream of bytes to piece messages.</summary>
public sealed class PieceFramerTests
{
    private static readonly PieceGeometry Pieces = new(16 * 1024, 10_000L * 16 * 1024);

    [Fact]
    public void However_the_bytes_and_the_buffers_fall_the_messages_are_the_same()
    {
        Prop.ForAll(Cases().ToArbitrary(), test =>
        {
            var framer = new PieceFramer();
            var expected = new MessageBuffer();
            byte[] content = new byte[test.Lengths.Sum()];
            new Random(content.Length).NextBytes(content);
            int at = 0;
            for (int i = 0; i < test.Lengths.Length; i++)
            {
                var block = new BlockSpan(Pieces.Piece(i), i * 3, test.Lengths[i]);
                framer.Blocks.Enqueue(block);
                PeerMessages.WritePiece(expected, block, content.AsSpan(at, block.Length));
                at += block.Length;
            }
            Assert.Equal(expected.Pending.ToArray(), Frame(framer, content, test.Rooms, test.Reads, test.Parts));
            Assert.True(framer.IsEmpty);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Between_messages_is_only_where_none_is_begun()
    {
        var framer = new PieceFramer();
        Assert.True(framer is { IsBetweenMessages: true, IsEmpty: true });
        framer.Blocks.Enqueue(new BlockSpan(Pieces.Piece(1), 0, 2));
        Assert.True(framer is { IsBetweenMessages: true, IsEmpty: false });
        byte[] buffer = new byte[20];
        Assert.Equal(7, framer.WriteHead(buffer.AsSpan(0, 7)));
        Assert.False(framer.IsBetweenMessages);
        Assert.Equal((0, 0), framer.Prepare(100, 100));
        Assert.Equal(6, framer.WriteHead(buffer));
        Assert.False(framer.IsBetweenMessages);
        Assert.Equal((0, 2), framer.Prepare(100, 100));
        Assert.Equal(1, framer.Lay(buffer, 0, 1));
        Assert.False(framer.IsBetweenMessages);
        Assert.Equal(1, framer.Lay(buffer, 0, 1));
        Assert.True(framer.IsEmpty);
    }

    private static byte[] Frame(PieceFramer framer, byte[] content, int[] rooms, int[] reads, int[] parts)
    {
        var framed = new List<byte>();
        int at = 0, step = 0;
        int partEnd = 0;
        while (!framer.IsEmpty)
        {
            if (at == partEnd) partEnd = Math.Min(content.Length, at + parts[step % parts.Length]);
            byte[] buffer = new byte[rooms[step % rooms.Length]];
            (int shift, int bytes) = framer.Prepare(buffer.Length, partEnd - at);
            int count;
            if (bytes == 0)
            {
                count = framer.WriteHead(buffer);
            }
            else
            {
                // As a socket, which gives what it likes.
                int read = Math.Min(bytes, reads[step % reads.Length]);
                content.AsSpan(at, read).CopyTo(buffer.AsSpan(shift, bytes));
                at += read;
                count = framer.Lay(buffer, shift, read);
            }
            Assert.InRange(count, 1, buffer.Length);
            framed.AddRange(buffer.AsSpan(0, count));
            step++;
        }
        return [.. framed];
    }

    private static Gen<(int[] Lengths, int[] Rooms, int[] Reads, int[] Parts)> Cases() =>
        from lengths in Gen.NonEmptyListOf(Gen.Choose(1, 100))
        from rooms in Gen.NonEmptyListOf(Gen.Choose(1, 300))
        from reads in Gen.NonEmptyListOf(Gen.Choose(1, 300))
        from parts in Gen.NonEmptyListOf(Gen.Choose(1, 200))
        select (lengths.ToArray(), rooms.ToArray(), reads.ToArray(), parts.ToArray());
}
