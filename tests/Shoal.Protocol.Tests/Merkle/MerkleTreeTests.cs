using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol.Merkle;
using Shoal.TestKit;

namespace Shoal.Protocol.Tests.Merkle;

public sealed class MerkleTreeTests
{
    [Theory]
    [InlineData(0, "0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData(1, "f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b")]
    [InlineData(2, "db56114e00fdd4c1f85c892bf35ac9a89289aaecb1ebd0a96cde606a748b5d71")]
    [InlineData(3, "c78009fdf07fc56a11f122370658a353aaa542ed63e44c4bc15ff4cd105ab33c")]
    [InlineData(4, "536d98837f2dd165a55d5eeae91485954472d56f246df256bf3cae19352a123c")]
    [InlineData(5, "9efde052aa15429fae05bad4d0b1d7c64da64d03d7a1854a588c2cb8430c0d30")]
    [InlineData(6, "d88ddfeed400a8755596b21942c1497e114c302e6118290f91e6772976041fa1")]
    [InlineData(7, "87eb0ddba57e35f6d286673802a4af5975e22506c7cf4c64bb6be5ee11527f2c")]
    public void The_hash_of_padding_is_known_for_each_layer(int layer, string hash) =>
        Assert.Equal(hash, MerkleTree.ZeroSubtree(layer).ToString());

    [Theory]
    [InlineData(1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")]
    [InlineData(16383, "3202cc6a8c4ac4b66337a899428e1bc94f2ab7695c2ac7271c91324010f1c452")]
    [InlineData(16384, "4fe7b59af6de3b665b67788cc2f99892ab827efae3a467342b3bb4e3bc8e5bfe")]
    [InlineData(16385, "477e14ff3453ec4ec3855f8753cb07288aade5618a473ccc2ab1208886e460ec")]
    [InlineData(32769, "e6c7333570bced6678b85fbb39b88eb46f20085570f284433628a192a3e04dc6")]
    [InlineData(65536, "60aae9c7b428f87e0713e88229e18f0adf12cd7b22a0dd8a92bb2485eb7af242")]
    [InlineData(81920, "51e0e23fe66de23bd8fcaef6701c69df0d1df5c1ecfe66953cf071ddd026fb23")]
    [InlineData(1048576, "515ea9181744b817744ded9d2e8e9dc6a8450c0b0c52e24b5077f302ffbd9008")]
    [InlineData(1048577, "7b2f6d495450f7f843041552fc4d6c8e51cf50760d206333b906ce066dc9073a")]
    public void The_root_over_zeros_is_known_for_each_length(int length, string root)
    {
        byte[] leaves = TestTorrents.Leaves(new byte[length]);
        Assert.Equal(root, MerkleTree.Root(leaves, 0, MerkleTree.LeafCount(length)).ToString());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(16384, 1)]
    [InlineData(16385, 2)]
    [InlineData(32769, 4)]
    [InlineData(81920, 8)]
    [InlineData((1L << 44) - 16385, 1 << 30)]
    public void The_row_of_leaves_is_a_power_of_two(long length, int leaves) =>
        Assert.Equal(leaves, MerkleTree.LeafCount(length));

    [Fact]
    public void Folding_in_two_steps_gives_the_root_of_one()
    {
        Gen<(byte[], int)> layers =
            from count in Gen.Choose(1, 70)
            from extra in Gen.Choose(0, 2)
            from seed in Gen.Choose(0, 1 << 20)
            select (TestTorrents.Leaves(ContentPattern.Bytes(count * 16384 - 5, seed)), extra);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(30), Prop.ForAll(layers.ToArbitrary(), sample =>
        {
            (byte[] leaves, int extra) = sample;
            int width = MerkleTree.LeafCount(leaves.Length / 32 * 16384L) << extra;
            byte[] parents = new byte[(leaves.Length / 32 + 1) / 2 * 32];
            MerkleTree.Parents(leaves, 0, parents);
            Assert.Equal(
                MerkleTree.Root(leaves, 0, width),
                width == 1 ? new Sha256Hash(leaves) : MerkleTree.Root(parents, 1, width / 2));
        }));
    }
}
