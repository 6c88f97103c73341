using System.Security.Cryptography;
using Shoal.Protocol;
using Shoal.Protocol.Encryption;

namespace Shoal.Network;

/// <summary>
/// Makes encrypted handshakes over a connection. Deadlines are kept by whoever closes the connection.
/// </summary>
public static class MseNegotiation
{
    // The longest a side sends at once without the other's answer, initial payload aside.
    private const int ReceiveBytes = 2048;

    /// <summary>Begins a stream as the side that opened the connection.</summary>
    /// <param name="connection">What it goes over.</param>
    /// <param name="torrent">The torrent that is asked for.</param>
    /// <param name="provide">How the stream may go on.</param>
    /// <param name="initialPayload">The first bytes of our stream; they are on their way when this returns.</param>
    public static async ValueTask<MseOutcome> CallAsync(
        IConnection connection, InfoHash torrent, MseMethods provide, ReadOnlyMemory<byte> initialPayload)
    {
        var caller = new MseCaller(torrent, provide, initialPayload, DrawKeys());
        byte[] buffer = new byte[ReceiveBytes];
        while (true)
        {
            if (!await SendOutputAsync(connection, caller).ConfigureAwait(false)) return Failed(caller);
            if (caller.Status != MseStatus.NeedMore) break;
            SocketResult result = await connection.ReceiveAsync(buffer).ConfigureAwait(false);
            if (!result.IsOk || result.Bytes == 0) return Failed(caller);
            caller.Receive(buffer.AsSpan(0, result.Bytes));
        }
        return caller.Status == MseStatus.Done
            ? new MseOutcome(Connect(connection, caller, default), torrent, MseStatus.Done)
            : Failed(caller);
    }

    /// <summary>Begins a stream as the side that was connected to.</summary>
    /// <param name="guest">What it goes over, while its handshake lasts.</param>
    /// <param name="find">Finds the torrent by the name under which it is asked for.</param>
    /// <param name="allowed">How the stream may go on.</param>
    /// <param name="gate">Bounds what it costs.</param>
    public static async ValueTask<MseOutcome> AnswerAsync(
        HandshakeGuest guest, Func<MseTorrentKey, InfoHash?> find, MseMethods allowed, HandshakeGate gate)
    {
        IConnection connection = guest.Connection;
        // In the clear is what both sides spare their processors with, where both allow it.
        var called = new MseCalled(find, allowed, prefersPlaintext: true, DrawKeys());
        byte[] buffer = new byte[ReceiveBytes];
        int have = 0;
        while (called.Status == MseStatus.NeedMore)
        {
            SocketResult result = await connection.ReceiveAsync(buffer.AsMemory(have)).ConfigureAwait(false);
            if (!result.IsOk || result.Bytes == 0) return Broken;
            have += result.Bytes;
            if (called.HasKey) called.Receive(buffer.AsSpan(0, have));
            // Nothing is computed before the whole key is here.
            else if (have < MseGroup.Length) continue;
            else if (!await guest.EnterAsync(gate, HandshakeGate.MseCost).ConfigureAwait(false)) return Broken;
            else ReceiveInside(gate, called, buffer.AsSpan(0, have));
            have = 0;
            if (!await SendOutputAsync(connection, called).ConfigureAwait(false)) return Broken;
        }
        return called.Status == MseStatus.Done
            ? new MseOutcome(Connect(connection, called, called.InitialPayload), called.Torrent, MseStatus.Done)
            : new MseOutcome(null, default, called.Status);
    }

    private static MseOutcome Failed(MseCaller caller) =>
        new(null, default, caller.Status, caller.HasShortSecret);

    private static MseOutcome Broken => new(null, default, MseStatus.NeedMore);

    private static void ReceiveInside(HandshakeGate gate, MseCalled called, ReadOnlySpan<byte> bytes)
    {
        try
        {
            called.Receive(bytes);
        }
        finally
        {
            gate.Leave();
        }
    }

    private static IConnection Connect(IConnection inner, MseHandshake done, ReadOnlyMemory<byte> initialPayload)
    {
        if (!done.Rest.IsEmpty) inner.Unread(done.Rest.ToArray());
        IConnection connection = inner;
        if (done.Method == MseMethods.Rc4) connection = new MseConnection(inner, done.Receiving, done.Sending);
        else if (inner is TcpConnection tcp) tcp.Security = StreamSecurity.Obfuscated;
        if (!initialPayload.IsEmpty) connection.Unread(initialPayload);
        return connection;
    }

    private static async ValueTask<bool> SendOutputAsync(IConnection connection, MseHandshake handshake)
    {
        byte[] output = handshake.TakeOutput();
        return output.Length == 0 || (await connection.SendAsync(output).ConfigureAwait(false)).IsOk;
    }

    private static MseKeys DrawKeys() => new(
        RandomNumberGenerator.GetBytes(MseGroup.PrivateKeyLength),
        RandomNumberGenerator.GetBytes(RandomNumberGenerator.GetInt32(MseKeys.MaxPaddingBytes + 1)));
}
