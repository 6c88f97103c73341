namespace Shoal.Protocol.Encryption;

/// <summary>The side of an encrypted handshake that was connected to.</summary>
/// <remarks>
/// <code>
///   Key ── their public key; ours is sent ──▶ Sync ── HASH("req1", S) ──▶ Name ── the torrent is found ──▶
///   Offer ── provide, padding ──▶ Payload ── IA; the answer is sent ──▶ done
/// </code>
/// </remarks>
public sealed class MseCalled : MseHandshake
{
    private const int OfferLength = ZeroLength + MethodLength + LengthLength;

    // One suffices 255 times in 256, and a second one nearly always else.
    private const int MaxKeys = 4;

    private readonly Func<MseTorrentKey, InfoHash?> _find;
    private readonly bool _prefersPlaintext;
    private MseMethods _selected;
    private Step _step;

    /// <summary>Waits for the other side's public key.</summary>
    /// <param name="find">Finds the torrent by the name under which it is asked for; null when it is not here.</param>
    /// <param name="allowed">How the stream may go on.</param>
    /// <param name="prefersPlaintext">What to take when both sides allow both.</param>
    /// <param name="keys">What is random about it.</param>
    public MseCalled(Func<MseTorrentKey, InfoHash?> find, MseMethods allowed, bool prefersPlaintext, MseKeys keys)
        : base(keys, allowed)
    {
        _find = find;
        _prefersPlaintext = prefersPlaintext;
    }

    private enum Step
    {
        Key,
        Sync,
        Name,
        Offer,
        Payload,
    }

    /// <summary>The torrent that was asked for. Only when done.</summary>
    public InfoHash Torrent { get; private set; }

    /// <summary>The start of the other side's stream, decrypted; <see cref="MseHandshake.Rest"/> follows.</summary>
    public ReadOnlyMemory<byte> InitialPayload { get; private set; }

    private protected override MseStatus Advance()
    {
        MseStatus? status = null;
        while (status is null)
        {
            status = _step switch
            {
                Step.Key => ReadKey(),
                Step.Sync => ReadSync(),
                Step.Name => ReadName(),
                Step.Offer => ReadOffer(),
                _ => ReadPayload(),
            };
        }
        return status.Value;
    }

    private MseStatus? ReadKey()
    {
        Span<byte> theirs = stackalloc byte[MseGroup.Length];
        if (Received.Length < theirs.Length) return MseStatus.NeedMore;
        Received[..theirs.Length].CopyTo(theirs);
        if (ReadPublicKey() is { } status) return status;
        // Ours is not out yet: another one spares those who lose zeros in front of the secret.
        for (int i = 1; Secret!.IsShort && i < MaxKeys; i++)
        {
            Keys = Keys.Next();
            Secret = MseSecret.Agree(theirs, Keys.PrivateKey.Span);
        }
        WritePublicKey();
        _step = Step.Sync;
        return null;
    }

    private MseStatus? ReadSync()
    {
        Span<byte> mark = stackalloc byte[HashLength];
        Secret!.WriteSync(mark);
        if (ReadMark(mark) is { } status) return status;
        _step = Step.Name;
        return null;
    }

    private MseStatus? ReadName()
    {
        if (Received.Length < HashLength) return MseStatus.NeedMore;
        Span<byte> mask = stackalloc byte[HashLength];
        Secret!.WriteMask(mask);
        if (_find(MseTorrentKey.Unmask(Received[..HashLength], mask)) is not { } torrent)
            return MseStatus.UnknownTorrent;
        Take(HashLength);
        Torrent = torrent;
        Incoming = Secret.FromCaller(torrent);
        Outgoing = Secret.ToCaller(torrent);
        _step = Step.Offer;
        return null;
    }

    private MseStatus? ReadOffer()
    {
        if (!TryDecrypt(OfferLength)) return MseStatus.NeedMore;
        if (Received[..ZeroLength].IndexOfAnyExcept((byte)0) >= 0) return MseStatus.Malformed;
        _selected = Select(MethodsAt(ZeroLength) & Allowed);
        if (_selected == MseMethods.None) return MseStatus.NoMethod;
        int padding = LengthAt(ZeroLength + MethodLength);
        if (padding > MseKeys.MaxPaddingBytes) return MseStatus.Malformed;
        if (!TryDecrypt(OfferLength + padding)) return MseStatus.NeedMore;
        Take(OfferLength + padding);
        _step = Step.Payload;
        return null;
    }

    private MseStatus? ReadPayload()
    {
        if (!TryDecrypt(LengthLength)) return MseStatus.NeedMore;
        int length = LengthAt(0);
        if (length > MaxInitialPayloadBytes) return MseStatus.Malformed;
        if (!TryDecrypt(LengthLength + length)) return MseStatus.NeedMore;
        InitialPayload = Received.Slice(LengthLength, length).ToArray();
        Take(LengthLength + length);
        WriteAnswer();
        Method = _selected;
        return MseStatus.Done;
    }

    private MseMethods Select(MseMethods common) => common switch
    {
        MseMethods.Plaintext or MseMethods.Rc4 => common,
        MseMethods.Plaintext | MseMethods.Rc4 => _prefersPlaintext ? MseMethods.Plaintext : MseMethods.Rc4,
        _ => MseMethods.None,
    };

    private void WriteAnswer()
    {
        Span<byte> answer = Output.Append(OfferLength);
        WriteMethods(answer, _selected);
        Outgoing!.Apply(answer);
    }
}
