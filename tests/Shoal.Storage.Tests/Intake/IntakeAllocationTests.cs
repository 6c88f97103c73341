using Shoal.Protocol;
using Shoal.Protocol.Buffers;
using Shoal.Protocol.Torrents;
using Shoal.Storage.Checking;
using Shoal.Storage.Files;
using Shoal.Storage.Intake;
using Shoal.TestKit;

namespace Shoal.Storage.Tests.Intake;

public sealed class IntakeAllocationTests
{
    private const int PieceLength = 256 * 1024;

    [Theory]
    [InlineData(TorrentVersion.V1)]
    [InlineData(TorrentVersion.Hybrid)]
    public async Task A_block_on_its_way_to_the_disk_allocates_nothing_once_the_pools_are_filled(TorrentVersion version)
    {
        TestTorrent torrent = TestTorrents.Create(version, PieceLength, ("a.bin", 16 * PieceLength));
        var rig = new IntakeRig(torrent, disk: new NullDisk());
        byte[] content = torrent.PieceSpace;
        Feed(rig, content);
        for (int i = 0; i < torrent.Geometry.PieceCount; i++) rig.Intake.Forget(rig.Piece(i));
        // The log of verdicts and the pools' lists grow now and then. The smallest object there is takes 24 bytes, so
        // one for each of the 256 blocks would show.
        const int growth = 256 * 24 - 1;
        int rounds = 1;
        long allocated = Allocations.Least(() =>
        {
            Feed(rig, content);
            rounds++;
            for (int i = 0; i < torrent.Geometry.PieceCount; i++) rig.Intake.Forget(rig.Piece(i));
        }, enough: growth);
        Assert.Equal(rounds * torrent.Geometry.PieceCount, rig.Log.Verdicts.Count);
        Assert.All(rig.Log.Verdicts, verdict => Assert.Equal(PieceOutcome.Good, verdict.Outcome));
        Assert.InRange(allocated, 0, growth);
        await rig.DisposeAsync();
    }

    private static void Feed(IntakeRig rig, byte[] content)
    {
        for (int i = 0; i < rig.Geometry.PieceCount; i++)
        {
            Slab slab = rig.Slabs.Rent();
            for (int begin = 0; begin < PieceLength; begin += slab.Length)
            {
                content.AsSpan(i * PieceLength + begin, slab.Length).CopyTo(slab.Array);
                for (int at = 0; at < slab.Length; at += PieceGeometry.BlockLength)
                    rig.Intake.Accept(rig.Piece(i), begin + at, new SlabSlice(slab, at, PieceGeometry.BlockLength));
                rig.Work();
            }
            slab.Release();
        }
    }

    /// <summary>A disk that takes every write and keeps nothing.</summary>
    private sealed class NullDisk : IFileSystem
    {
        public StorageError? Open(string path, FileUse use, out IFileHandle? handle)
        {
            handle = new NullFile();
            return null;
        }

        public StorageError? Allocate(string path, long length) => null;

        public StorageError? CreateFolder(string path) => null;

        public bool TryStat(string path, out FileStat stat)
        {
            stat = default;
            return false;
        }

        public string? ReadLink(string path) => null;

        public StorageError? Delete(string path) => null;

        public StorageError? Rename(string from, string to) => null;

        public long FreeBytes(string folder) => long.MaxValue;

        public void MarkExecutable(string path) { }
    }

    private sealed class NullFile : IFileHandle
    {
        public long Length => 0;

        public StorageError? Read(IReadOnlyList<Memory<byte>> into, long offset, out long bytesRead)
        {
            bytesRead = 0;
            return null;
        }

        public StorageError? Write(IReadOnlyList<ReadOnlyMemory<byte>> data, long offset) => null;

        public StorageError? SetLength(long length) => null;

        public StorageError? Flush() => null;

        public void Dispose() { }
    }
}
