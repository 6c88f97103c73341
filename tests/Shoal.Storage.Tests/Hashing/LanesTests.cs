using System.Security.Cryptography;
using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol;
using Shoal.Storage.Hashing;

namespace Shoal.Storage.Tests.Hashing;

/// <summary>Lanes beside the platform's hashes; on machines without lanes nobody computes with them.</summary>
public sealed class LanesTests
{
    [Fact]
    public void Eight_messages_have_the_SHA1_that_each_has_by_itself() => Holds((messages, cut) =>
    {
        int length = messages.Length / LaneMath.Lanes;
        var lanes = new Sha1Lanes();
        lanes.Append(new LaneInput([1, 2, 3, 4, .. new byte[60]], stride: 0, LaneInput.BlockBytes));
        lanes.Reset();
        lanes.Append(new LaneInput(messages, length, cut));
        lanes.Append(new LaneInput(messages.AsSpan(cut), length, length - cut));
        lanes.Finish();
        byte[] hash = new byte[SHA1.HashSizeInBytes];
        for (int lane = 0; lane < LaneMath.Lanes; lane++)
        {
            lanes.CopyHash(lane, hash);
            Assert.Equal(SHA1.HashData(messages.AsSpan(lane * length, length)), hash);
        }
    });

    [Fact]
    public void Sixteen_messages_have_the_SHA256_that_each_has_by_itself() => Holds((messages, _) =>
    {
        int length = messages.Length / LaneMath.WideLanes;
        ReadOnlyMemory<byte>[] each =
            [.. Enumerable.Range(0, LaneMath.WideLanes).Select(lane => messages.AsMemory(lane * length, length))];
        byte[] hashes = new byte[LaneMath.WideLanes * SHA256.HashSizeInBytes];
        Sha256Lanes.Hash(new LaneInput(each, length), new LaneInput(each.AsSpan(LaneMath.Lanes), length), hashes);
        byte[] expected = [.. each.SelectMany(message => SHA256.HashData(message.Span))];
        Assert.Equal(expected, hashes);
    });

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(35)]
    public void Leaves_of_blocks_that_were_collected_are_right_and_each_in_its_place(int count)
    {
        byte[] blocks = new byte[count * PieceGeometry.BlockLength - 5];
        new Random(count).NextBytes(blocks);
        var lanes = new LeafLanes();
        byte[] hashes = new byte[count * SHA256.HashSizeInBytes];
        // The last one, which is not whole, is in the middle of the others.
        foreach (int block in Enumerable.Range(0, count).OrderBy(block => (block + count / 2) % count))
        {
            int begin = block * PieceGeometry.BlockLength;
            int length = Math.Min(PieceGeometry.BlockLength, blocks.Length - begin);
            Memory<byte> place = hashes.AsMemory(block * SHA256.HashSizeInBytes, SHA256.HashSizeInBytes);
            lanes.Add(blocks.AsMemory(begin, length), place);
        }
        lanes.Finish();
        Assert.Equal(0, lanes.Waiting);
        byte[] expected = [.. blocks.Chunk(PieceGeometry.BlockLength).SelectMany(SHA256.HashData)];
        Assert.Equal(expected, hashes);
    }

    [Fact]
    public void Bytes_that_are_not_whole_blocks_of_64_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new LaneInput(new byte[8 * 65], stride: 65, length: 65).Length);

    [Fact]
    public void A_message_that_ends_beyond_its_buffer_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new LaneInput(new byte[8 * 64 - 1], stride: 64, length: 64).Length);

    /// <summary>Tries messages of random bytes and lengths, and a place to cut them in two.</summary>
    private static void Holds(Action<byte[], int> property)
    {
        if (!LaneMath.IsSupported) return;
        Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            int blocks = random.Next(1, 40);
            byte[] messages = new byte[LaneMath.WideLanes * blocks * LaneInput.BlockBytes];
            random.NextBytes(messages);
            property(messages, random.Next(blocks + 1) * LaneInput.BlockBytes);
        }).QuickCheckThrowOnFailure();
    }
}
