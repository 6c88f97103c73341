using System.Security.Cryptography;

namespace Shoal.Protocol.Encryption;

/// <summary>What both sides derive from the secret they agreed on.</summary>
internal sealed class MseSecret
{
    // Both streams begin only here, as the first bytes of RC4 tell too much of its key.
    private const int SkippedKeyBytes = 1024;

    // The longest of the words that are hashed with the secret.
    private const int MaxWordLength = 4;

    private readonly byte[] _secret;

    private MseSecret(byte[] secret) => _secret = secret;

    /// <summary>True when zeros in front are part of it, which not everybody minds.</summary>
    public bool IsShort => _secret[0] == 0;

    /// <summary>Agrees with the other side; null when its key is none that an honest side has.</summary>
    public static MseSecret? Agree(ReadOnlySpan<byte> theirPublicKey, ReadOnlySpan<byte> ourPrivateKey)
    {
        byte[] secret = new byte[MseGroup.Length];
        return MseGroup.TrySharedSecret(theirPublicKey, ourPrivateKey, secret) ? new MseSecret(secret) : null;
    }

    /// <summary>The 20 bytes by which the side that called shows where its padding ends.</summary>
    public void WriteSync(Span<byte> destination) => Hash("req1"u8, [], destination);

    /// <summary>The 20 bytes with which the torrent's name is masked.</summary>
    public void WriteMask(Span<byte> destination) => Hash("req3"u8, [], destination);

    /// <summary>The stream from the side that called.</summary>
    public Rc4 FromCaller(InfoHash torrent) => Stream("keyA"u8, torrent);

    /// <summary>The stream to the side that called.</summary>
    public Rc4 ToCaller(InfoHash torrent) => Stream("keyB"u8, torrent);

    private Rc4 Stream(ReadOnlySpan<byte> word, InfoHash torrent)
    {
        Span<byte> name = stackalloc byte[InfoHash.Length];
        torrent.CopyTo(name);
        Span<byte> key = stackalloc byte[SHA1.HashSizeInBytes];
        Hash(word, name, key);
        var stream = new Rc4(key);
        stream.Skip(SkippedKeyBytes);
        return stream;
    }

    private void Hash(ReadOnlySpan<byte> word, ReadOnlySpan<byte> suffix, Span<byte> destination)
    {
        Span<byte> text = stackalloc byte[MaxWordLength + MseGroup.Length + InfoHash.Length];
        word.CopyTo(text);
        _secret.CopyTo(text[word.Length..]);
        suffix.CopyTo(text[(word.Length + _secret.Length)..]);
        SHA1.HashData(text[..(word.Length + _secret.Length + suffix.Length)], destination);
    }
}
