namespace Shoal.Protocol.Encryption;

/// <summary>What one side of an encrypted handshake draws at random.</summary>
/// <param name="PrivateKey">
/// <see cref="MseGroup.PrivateKeyLength"/> bytes; each connection has its own, and nobody else gets to see it.
/// </param>
/// <param name="Padding">
/// Up to <see cref="MaxPaddingBytes"/> bytes that follow our public key, so that the length tells nothing either.
/// </param>
public readonly record struct MseKeys(ReadOnlyMemory<byte> PrivateKey, ReadOnlyMemory<byte> Padding)
{
    /// <summary>The most padding that the protocol allows after each of a handshake's parts.</summary>
    public const int MaxPaddingBytes = 512;

    /// <summary>The same with the next private key.</summary>
    internal MseKeys Next()
    {
        byte[] next = PrivateKey.ToArray();
        for (int i = next.Length - 1; i >= 0 && ++next[i] == 0; i--)
        {
            // A digit that overflowed carries into the one before it.
        }
        return this with { PrivateKey = next };
    }
}
