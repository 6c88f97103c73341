using System.Buffers.Binary;
using System.Numerics;

namespace Shoal.Protocol.Encryption;

/// <summary>The side of an encrypted handshake that opened the connection.</summary>
/// <remarks>
/// <code>
///   Key ── their public key; ours was sent at once ──▶ Sync ── 8 zeros ──▶ Answer ── select, padding ──▶ done
/// </code>
/// </remarks>
public sealed class MseCaller : MseHandshake
{
    private const int AnswerLength = MethodLength + LengthLength;

    private readonly InfoHash _torrent;
    private readonly ReadOnlyMemory<byte> _initialPayload;
    private Step _step;

    /// <summary>Begins: our public key is in the output.</summary>
    /// <param name="torrent">The torrent that is asked for; of a v2 one the truncated hash.</param>
    /// <param name="provide">How the stream may go on.</param>
    /// <param name="initialPayload">The first bytes of our stream, sent with the handshake: a BitTorrent one.</param>
    /// <param name="keys">What is random about it.</param>
    public MseCaller(InfoHash torrent, MseMethods provide, ReadOnlyMemory<byte> initialPayload, MseKeys keys)
        : base(keys, provide)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(initialPayload.Length, MaxInitialPayloadBytes);
        _torrent = torrent;
        _initialPayload = initialPayload;
        WritePublicKey();
    }

    private enum Step
    {
        Key,
        Sync,
        Answer,
    }

    private protected override MseStatus Advance()
    {
        if (_step == Step.Key)
        {
            if (ReadPublicKey() is { } status) return status;
            WriteRequest();
            _step = Step.Sync;
        }
        if (_step == Step.Sync)
        {
            // Eight zeros, encrypted, are the stream's first eight key bytes.
            Span<byte> mark = stackalloc byte[ZeroLength];
            mark.Clear();
            Incoming!.Fork().Apply(mark);
            if (ReadMark(mark) is { } status) return status;
            Incoming.Skip(ZeroLength);
            _step = Step.Answer;
        }
        return ReadAnswer();
    }

    private MseStatus ReadAnswer()
    {
        if (!TryDecrypt(AnswerLength)) return MseStatus.NeedMore;
        MseMethods selected = MethodsAt(0);
        bool isOne = BitOperations.PopCount((uint)selected) == 1;
        if (!isOne || (selected & Allowed) == 0) return MseStatus.NoMethod;
        int padding = LengthAt(MethodLength);
        if (padding > MseKeys.MaxPaddingBytes) return MseStatus.Malformed;
        if (!TryDecrypt(AnswerLength + padding)) return MseStatus.NeedMore;
        Take(AnswerLength + padding);
        Method = selected;
        return MseStatus.Done;
    }

    private void WriteRequest()
    {
        Outgoing = Secret!.FromCaller(_torrent);
        Incoming = Secret.ToCaller(_torrent);
        Span<byte> names = Output.Append(2 * HashLength);
        Span<byte> mask = stackalloc byte[HashLength];
        Secret.WriteSync(names);
        Secret.WriteMask(mask);
        MseTorrentKey.Of(_torrent).Mask(mask, names[HashLength..]);
        const int head = ZeroLength + MethodLength + LengthLength;
        Span<byte> request = Output.Append(head + LengthLength + _initialPayload.Length);
        WriteMethods(request[..head], Allowed);
        BinaryPrimitives.WriteUInt16BigEndian(request[head..], (ushort)_initialPayload.Length);
        _initialPayload.Span.CopyTo(request[(head + LengthLength)..]);
        Outgoing.Apply(request);
    }
}
