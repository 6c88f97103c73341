using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Shoal.Protocol.PeerWire;

namespace Shoal.Protocol.Encryption;

/// <summary>
/// One side of an encrypted handshake
/// (<see href="https://wiki.vuze.com/w/Message_Stream_Encryption">message stream encryption</see>): bytes go in as they
/// arrive, what is to be sent comes out of <see cref="TakeOutput"/>. After <see cref="MseStatus.Done"/> the stream goes
/// on by <see cref="Method"/>, with <see cref="Rest"/> as the first bytes of it that have arrived.
/// </summary>
/// <remarks>
/// <code>
///   caller → called   Ya, 96 bytes │ PadA, 0 to 512
///   called → caller   Yb, 96 bytes │ PadB, 0 to 512
///   caller → called   HASH("req1", S) │ HASH("req2", torrent) xor HASH("req3", S) │
///                     ENC( 8 zeros, provide 4, length of PadC 2, PadC, length of IA 2, IA )
///   called → caller   ENC( 8 zeros, select 4, length of PadD 2, PadD )
///
///   ENC by RC4: keyA = HASH("keyA", S, torrent) from the caller, keyB to it, the first 1024 key bytes left out.
///   IA is the start of the caller's stream, encrypted whatever is selected.
/// </code>
/// </remarks>
public abstract class MseHandshake
{
    /// <summary>
    /// Bytes of the caller's stream that may come with its handshake: a BitTorrent handshake has 68, and some send
    /// their first messages along.
    /// </summary>
    public const int MaxInitialPayloadBytes = 8 * 1024;

    private protected const int HashLength = 20;
    private protected const int ZeroLength = 8;
    private protected const int MethodLength = 4;
    private protected const int LengthLength = 2;

    private readonly MessageBuffer _received = new();
    private readonly MessageBuffer _output = new();
    private int _decrypted;

    private protected MseHandshake(MseKeys keys, MseMethods allowed)
    {
        if (keys.PrivateKey.Length != MseGroup.PrivateKeyLength)
            throw new ArgumentException($"A private key has {MseGroup.PrivateKeyLength} bytes.", nameof(keys));
        if (keys.Padding.Length > MseKeys.MaxPaddingBytes)
            throw new ArgumentException($"There are at most {MseKeys.MaxPaddingBytes} bytes of padding.", nameof(keys));
        Keys = keys;
        Allowed = allowed;
    }

    /// <summary>Where it stands.</summary>
    public MseStatus Status { get; private set; }

    /// <summary>True once the other side's public key was taken: the costly part is over.</summary>
    public bool HasKey => Secret is not null;

    /// <summary>
    /// True when the secret begins with a zero, one time in 256. Some leave it out of what they compute (rTorrent 0.9.8
    /// does), and the handshake fails for no fault of anybody's key; with other keys it would not.
    /// </summary>
    public bool HasShortSecret => Secret is { IsShort: true };

    /// <summary>How the stream goes on; none until it is done.</summary>
    public MseMethods Method { get; private protected set; }

    /// <summary>Decrypts what we receive from now on. Only when done.</summary>
    public Rc4 Receiving => Incoming ?? throw NotDone();

    /// <summary>Encrypts what we send from now on. Only when done.</summary>
    public Rc4 Sending => Outgoing ?? throw NotDone();

    /// <summary>Bytes that arrived after the handshake, as they arrived.</summary>
    public ReadOnlyMemory<byte> Rest => _received.PendingMemory;

    private protected MseKeys Keys { get; set; }

    private protected MseMethods Allowed { get; }

    private protected MseSecret? Secret { get; set; }

    private protected Rc4? Incoming { get; set; }

    private protected Rc4? Outgoing { get; set; }

    private protected MessageBuffer Output => _output;

    private protected ReadOnlySpan<byte> Received => _received.Pending;

    /// <summary>Takes bytes that arrived, and goes as far as they lead.</summary>
    public MseStatus Receive(ReadOnlySpan<byte> bytes)
    {
        _received.Write(bytes);
        if (Status == MseStatus.NeedMore) Status = Advance();
        return Status;
    }

    /// <summary>Takes what is to be sent, as a new array; empty when there is nothing.</summary>
    public byte[] TakeOutput()
    {
        byte[] output = _output.Pending.ToArray();
        _output.Clear();
        return output;
    }

    private protected abstract MseStatus Advance();

    private protected void WritePublicKey()
    {
        Span<byte> publicKey = stackalloc byte[MseGroup.Length];
        MseGroup.PublicKey(Keys.PrivateKey.Span, publicKey);
        _output.Write(publicKey);
        _output.Write(Keys.Padding.Span);
    }

    /// <summary>Takes the other side's public key off and agrees on the secret; null until it is there.</summary>
    private protected MseStatus? ReadPublicKey()
    {
        if (_received.Length < MseGroup.Length) return MseStatus.NeedMore;
        Secret = MseSecret.Agree(Received[..MseGroup.Length], Keys.PrivateKey.Span);
        Take(MseGroup.Length);
        return Secret is null ? MseStatus.BadKey : null;
    }

    /// <summary>Takes everything up to and with <paramref name="mark"/> off, which ends the padding.</summary>
    private protected MseStatus? ReadMark(ReadOnlySpan<byte> mark)
    {
        int longest = MseKeys.MaxPaddingBytes + mark.Length;
        ReadOnlySpan<byte> window = Received[..Math.Min(Received.Length, longest)];
        int at = window.IndexOf(mark);
        if (at < 0) return window.Length == longest ? MseStatus.NoSync : MseStatus.NeedMore;
        Take(at + mark.Length);
        return null;
    }

    /// <summary>
    /// Decrypts so many bytes where they lie, each once; false until they are there. They stay in front.
    /// </summary>
    private protected bool TryDecrypt(int count)
    {
        if (_received.Length < count) return false;
        if (count > _decrypted) Incoming!.Apply(_received.PendingMemory.Span[_decrypted..count]);
        _decrypted = Math.Max(_decrypted, count);
        return true;
    }

    private protected void Take(int count)
    {
        _received.Consume(count);
        _decrypted = Math.Max(0, _decrypted - count);
    }

    private protected int LengthAt(int offset) => BinaryPrimitives.ReadUInt16BigEndian(Received[offset..]);

    private protected MseMethods MethodsAt(int offset) =>
        (MseMethods)BinaryPrimitives.ReadUInt32BigEndian(Received[offset..]);

    /// <summary>Appends eight zeros, the methods, and a padding of no bytes; the caller encrypts it.</summary>
    private protected static void WriteMethods(Span<byte> destination, MseMethods methods)
    {
        destination.Clear();
        BinaryPrimitives.WriteUInt32BigEndian(destination[ZeroLength..], (uint)methods);
    }

    [DoesNotReturn]
    private static InvalidOperationException NotDone() => throw new InvalidOperationException("It is not done yet.");
}
