using Shoal.Protocol.Encryption;

namespace Shoal.Protocol.Tests.Encryption;

/// <summary>One handshake with everything random about it fixed, and what each part of it has to be.</summary>
internal static class MseVector
{
    public static readonly byte[] CallerKey = Convert.FromHexString("0102030405060708090a0b0c0d0e0f1011121314");
    public static readonly byte[] CalledKey = Convert.FromHexString("15161718191a1b1c1d1e1f202122232425262728");

    public static readonly byte[] CallerPublic = Convert.FromHexString(
        "96e112dab29e8c5272accb9b17b26887ce54a144a4e3b697c7d159b7a817e556b0918db2b4c658e02a87f7e5fb14b18a"
        + "553e084cbf3dad2d30f16596ccb982d406258c61b30c5c1dae2ddc60bdbd48d79896312aad63238c39e1a633821eb693");

    public static readonly byte[] CalledPublic = Convert.FromHexString(
        "a3e981e821087e74b889c5bfc373ec5be9ed09c85282b9cdb6b07dbaabe0ee5138a91e6245657219d1019ce47ed3613f"
        + "037c6932a69069a3928b146b354e79cbfeaad601d12598943c43b5b5529915b2c604e43fd6f9ced4efbe68f9edfaeee7");

    public static readonly byte[] Secret = Convert.FromHexString(
        "994aac6c359990cf4f678a1742b587eb1a5248ec7fcc0d0bcfcb12d2461bc1fe25417b70869697d9ca884832f1c5f2a2"
        + "fd3318c22a5a6ba170d36aac91405457c1e8137b1534a776865ed353f12422ff6afc58435f8bd443f61dd051a37bcdeb");

    public static readonly byte[] Sync = Convert.FromHexString("83c8d8a3d91a5bf40d723666c4258731c8427ccb");
    public static readonly byte[] MaskedName = Convert.FromHexString("4a278249411ccc527bb5e8d3a33af2a69725a1fc");
    public static readonly byte[] Request = Convert.FromHexString("0327b6d211c82d4947ce46c0fdb5f379");
    public static readonly byte[] Answer = Convert.FromHexString("06d0d8359370f45e284e8cb732fd");

    public const MseMethods Both = MseMethods.Plaintext | MseMethods.Rc4;

    public static InfoHash Torrent { get; } = new([.. Enumerable.Repeat((byte)0xaa, InfoHash.Length)]);

    public static MseKeys CallerKeys(int padding = 0) => new(CallerKey, Padding(padding));

    public static MseKeys CalledKeys(int padding = 0) => new(CalledKey, Padding(padding));

    public static InfoHash? Find(MseTorrentKey key) => key == MseTorrentKey.Of(Torrent) ? Torrent : null;

    /// <summary>A private key that gives a secret with a zero in front together with a public key.</summary>
    public static byte[] ShortSecretKey(ReadOnlySpan<byte> theirs, out byte[] secret)
    {
        byte[] key = new byte[MseGroup.PrivateKeyLength];
        secret = new byte[MseGroup.Length];
        for (int i = 1; ; i++)
        {
            BitConverter.TryWriteBytes(key, i);
            MseGroup.TrySharedSecret(theirs, key, secret);
            if (secret[0] == 0) return key;
        }
    }

    private static byte[] Padding(int length)
    {
        byte[] padding = new byte[length];
        new Random(length).NextBytes(padding);
        return padding;
    }
}
