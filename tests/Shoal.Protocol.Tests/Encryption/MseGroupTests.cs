using System.Numerics;
using FsCheck;
using FsCheck.Fluent;
using Shoal.Protocol.Encryption;
using Shoal.TestKit;

namespace Shoal.Protocol.Tests.Encryption;

public sealed class MseGroupTests
{
    private static readonly BigInteger Prime = Number(Convert.FromHexString(
        "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
        + "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A63A36210000000000090563"));

    [Fact]
    public void The_vector_comes_out_on_both_sides()
    {
        Assert.Equal(MseVector.CallerPublic, PublicKey(MseVector.CallerKey));
        Assert.Equal(MseVector.CalledPublic, PublicKey(MseVector.CalledKey));
        Assert.Equal(MseVector.Secret, Secret(MseVector.CalledPublic, MseVector.CallerKey));
        Assert.Equal(MseVector.Secret, Secret(MseVector.CallerPublic, MseVector.CalledKey));
    }

    [Fact]
    public void It_computes_what_general_arithmetic_does()
    {
        Gen<byte[]> keys = Gen.Choose(0, 255).ArrayOf(MseGroup.PrivateKeyLength)
            .Select(ints => ints.Select(i => (byte)i).ToArray());
        Gen<byte[]> numbers = Gen.Choose(0, 255).ArrayOf(MseGroup.Length)
            .Select(ints => ints.Select(i => (byte)i).ToArray());
        Check.QuickThrowOnFailure(Prop.ForAll(keys.Zip(numbers).ToArbitrary(), sample =>
        {
            (byte[] key, byte[] number) = sample;
            Assert.Equal(BigInteger.ModPow(2, Number(key), Prime), Number(PublicKey(key)));
            if (Number(number) < 2 || Number(number) >= Prime - 1) return;
            Assert.Equal(BigInteger.ModPow(Number(number), Number(key), Prime), Number(Secret(number, key)!));
        }));
    }

    // C01
    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(-2, true)]
    [InlineData(-1, false)]
    [InlineData(long.MaxValue, false)]
    public void Keys_that_give_the_secret_away_are_refused(long offset, bool isFine)
    {
        BigInteger number = offset < 0 ? Prime + offset : offset;
        if (offset == long.MaxValue) number = (BigInteger.One << 768) - 1;
        Assert.Equal(isFine, Secret(Bytes(number), MseVector.CallerKey) is not null);
        if (offset == 0) Assert.Null(Secret(Bytes(Prime), MseVector.CallerKey));
    }

    // C08
    [Fact]
    public void A_secret_with_zeros_in_front_keeps_its_length()
    {
        byte[] key = MseVector.ShortSecretKey(MseVector.CalledPublic, out byte[] secret);
        Assert.Equal(BigInteger.ModPow(Number(MseVector.CalledPublic), Number(key), Prime), Number(secret));
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        byte[] result = new byte[MseGroup.Length];
        MseGroup.TrySharedSecret(MseVector.CalledPublic, MseVector.CallerKey, result);
        long allocated = Allocations.Least(() =>
        {
            MseGroup.PublicKey(MseVector.CallerKey, result);
            MseGroup.TrySharedSecret(MseVector.CalledPublic, MseVector.CallerKey, result);
        });
        Assert.Equal(0, allocated);
    }

    private static byte[] PublicKey(byte[] key)
    {
        byte[] result = new byte[MseGroup.Length];
        MseGroup.PublicKey(key, result);
        return result;
    }

    private static byte[]? Secret(byte[] theirs, byte[] key)
    {
        byte[] result = new byte[MseGroup.Length];
        return MseGroup.TrySharedSecret(theirs, key, result) ? result : null;
    }

    private static BigInteger Number(byte[] bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static byte[] Bytes(BigInteger number)
    {
        byte[] bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[MseGroup.Length - bytes.Length], .. bytes];
    }
}
