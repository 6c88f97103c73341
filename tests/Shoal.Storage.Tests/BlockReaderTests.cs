using Shoal.Protocol;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Files;
using Shoal.Storage.Tests.Fakes;
using Shoal.TestKit;

namespace Shoal.Storage.Tests;

public sealed class BlockReaderTests : IDisposable
{
    private readonly MemoryFileSystem _disk = new();
    private readonly TestTorrent _torrent = TestTorrents.Create(TorrentVersion.V1, 32 * 1024, ("a.bin", 100_000));
    private readonly TorrentStorage _storage;

    public BlockReaderTests()
    {
        _disk.CreateFolder("/d");
        _disk["/d/a.bin"] = _torrent.PieceSpace;
        Assert.Null(TorrentStorage.Open(
            _torrent.Info, "/d", StorageOptions.Default, new FileHandlePool(_disk), out TorrentStorage? storage));
        _storage = storage!;
    }

    public void Dispose() => _storage.Dispose();

    [Fact]
    public void Blocks_lie_behind_room_for_their_headers_and_neighbours_are_one_read()
    {
        BlockSpan[] blocks = [Block(0, 0), Block(0, 1), Block(1, 0), Block(3, 0), Block(1, 1), Block(1, 0)];
        byte[] buffer = new byte[BlockReader.LengthOf(blocks)];
        Array.Fill(buffer, (byte)0xcc);
        Assert.Null(new BlockReader(_storage).Read(blocks, buffer));
        Assert.Equal(4, _disk.Reads);
        int at = 0;
        foreach (BlockSpan block in blocks)
        {
            Assert.Equal(Enumerable.Repeat((byte)0xcc, 13), buffer[at..(at + 13)]);
            Assert.True(_torrent.Block(block).Span.SequenceEqual(buffer.AsSpan(at + 13, block.Length)));
            at += 13 + block.Length;
        }
        Assert.Equal(buffer.Length, at);
    }

    [Fact]
    public void A_short_file_is_an_error()
    {
        _disk["/d/a.bin"] = _torrent.PieceSpace[..99_999];
        BlockSpan[] blocks = [Block(3, 0)];
        Assert.Equal(StorageFault.Missing, new BlockReader(_storage).Read(blocks, new byte[20_000])!.Kind);
    }

    [Fact]
    public void A_buffer_that_is_too_small_is_a_mistake_of_the_caller() => Assert.Throws<ArgumentException>(
        () => new BlockReader(_storage).Read([Block(0, 0)], new byte[16 * 1024]));

    private BlockSpan Block(int piece, int block) => _torrent.Geometry.Block(_torrent.Geometry.Piece(piece), block);
}
