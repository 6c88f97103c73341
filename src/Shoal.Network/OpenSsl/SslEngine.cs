using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Shoal.Network.OpenSsl;

/// <summary>
/// One TLS connection without its socket: bytes of the wire go in and come out, and nothing here waits. One thread may
/// read while another writes; what they have in common is behind a lock, held for one record at a time.
/// </summary>
/// <remarks>
/// <code>
///   _in:  | read by OpenSSL | received | free |
///         0                 _start     _end
///   _out: | sent | gathered | free |
///         0      _sent      _pending
/// </code>
/// An idle connection holds none of them, and OpenSSL frees its own buffers too.
/// </remarks>
internal sealed unsafe class SslEngine : SafeHandle
{
    // Fits a half of what the socket takes at once, and stays in the cache between two copies.
    private const int BufferBytes = 128 * 1024;

    // RFC 8446, section 5: the most of one record, and what its head, type and tag add to it.
    private const int RecordBytes = 16 * 1024;
    private const int RecordOverhead = 5 + 1 + 16;

    // Room that is left for what TLS itself has to say between two records: an answer to a KeyUpdate has 27 bytes.
    private const int SpareBytes = 1024;

    private readonly Lock _lock = new();
    private readonly bool _isServer;
    private SslWire* _wire;
    private byte[]? _in;
    private int _start;
    private int _end;
    private byte[]? _out;
    private int _sent;
    private int _pending;

    public SslEngine(SslContext context, bool isServer)
        : base(0, ownsHandle: true)
    {
        _isServer = isServer;
        _wire = (SslWire*)NativeMemory.AllocZeroed((nuint)sizeof(SslWire));
        bool added = false;
        context.DangerousAddRef(ref added);
        SetHandle(LibSsl.SSL_new(context.DangerousGetHandle()));
        context.DangerousRelease();
        NativeResult.Require(!IsInvalid);
        nint bio = SslWire.NewBio(_wire);
        LibSsl.SSL_set_bio(handle, bio, bio);
        if (isServer) LibSsl.SSL_set_accept_state(handle);
        else LibSsl.SSL_set_connect_state(handle);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    /// <summary>The name that the other side asks for; empty for none.</summary>
    public string ServerName => Encoding.ASCII.GetString(_wire->Name, _wire->NameLength);

    /// <summary>True when the other side has said that nothing more will come. For the reading thread.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Names whom we ask for, and resumes an earlier session.</summary>
    /// <param name="serverName">Crosses the wire in the clear.</param>
    /// <param name="session">The session, as <see cref="Session"/> gave it; null for none.</param>
    public void Ask(string serverName, byte[]? session)
    {
        fixed (byte* name = Encoding.ASCII.GetBytes(serverName + "\0"))
            LibSsl.SSL_ctrl(handle, LibSsl.ControlServerName, 0, (nint)name);
        if (session is null) return;
        fixed (byte* first = session)
        {
            byte* at = first;
            nint native = LibSsl.d2i_SSL_SESSION(null, &at, new CLong(session.Length));
            if (native == 0) return;
            // What cannot be resumed is a whole handshake then.
            _ = LibSsl.SSL_set_session(handle, native);
            LibSsl.SSL_SESSION_free(native);
        }
    }

    /// <summary>Goes on as the party that was asked for.</summary>
    public void BecomeParty(SslContext context)
    {
        bool added = false;
        context.DangerousAddRef(ref added);
        LibSsl.SSL_set_SSL_CTX(handle, context.DangerousGetHandle());
        context.DangerousRelease();
    }

    /// <summary>Takes the handshake as far as it goes.</summary>
    public SslStep Handshake()
    {
        lock (_lock)
        {
            if (IsClosed) return SslStep.Broken;
            int result = Run(Call.Handshake, null, 0, out int error);
            if (result == 1) return SslStep.Done;
            return error switch
            {
                LibSsl.ErrorWantRead => SslStep.Receive,
                LibSsl.ErrorWantClientHello => SslStep.Named,
                _ => SslStep.Broken,
            };
        }
    }

    /// <summary>Judges what the other side has shown; only after the handshake.</summary>
    public TlsFault Judge(TlsParty party, SslContext context, out X509Certificate2? theirs)
    {
        theirs = null;
        byte[][] between;
        lock (_lock)
        {
            if (IsClosed) return TlsFault.Broken;
            nint certificate = LibSsl.SSL_get1_peer_certificate(handle);
            if (certificate == 0) return TlsFault.NoCertificate;
            try
            {
                TlsFault fault = context.Judge(
                    certificate, LibSsl.SSL_get_peer_cert_chain(handle), _isServer, out between);
                if (fault == TlsFault.Untrusted && LibSsl.SSL_session_reused(handle) == 1)
                    fault = context.JudgeResumed(certificate, _isServer, party.Intermediates);
                if (fault != TlsFault.None) return fault;
                theirs = X509CertificateLoader.LoadCertificate(SslContext.ToDer(certificate));
            }
            catch (CryptographicException)
            {
                return TlsFault.Untrusted;
            }
            finally
            {
                LibCrypto.X509_free(certificate);
            }
        }
        return party.JudgeMember(theirs, between);
    }

    /// <summary>Where received bytes go; nothing else may be done with them until <see cref="Received"/>.</summary>
    public Memory<byte> InputRoom()
    {
        _in ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
        _start = _end = 0;
        return _in.AsMemory(0, BufferBytes);
    }

    /// <summary>Tells how many bytes came.</summary>
    public void Received(int count) => _end = count;

    /// <summary>Lets go of the memory for what comes, while nothing does.</summary>
    public void ReleaseInput()
    {
        if (_in is not null) ArrayPool<byte>.Shared.Return(_in);
        _in = null;
        _start = _end = 0;
    }

    /// <summary>
    /// Reads as much as is here and fits; with no room, tells whether there is something. 0 when more has to be
    /// received for that, less at the end of the connection.
    /// </summary>
    public int Read(Span<byte> into)
    {
        int total = 0;
        bool isProbe = into.IsEmpty;
        byte probe;
        fixed (byte* bytes = into)
        {
            do
            {
                lock (_lock)
                {
                    if (IsClosed) return -1;
                    int result = isProbe
                        ? Run(Call.Peek, &probe, 1, out int error)
                        : Run(Call.Read, bytes + total, into.Length - total, out error);
                    // What came before an end is given out first; the end is found again.
                    IsOver = error == LibSsl.ErrorZeroReturn;
                    if (result <= 0) return total > 0 || error == LibSsl.ErrorWantRead ? total : -1;
                    total += result;
                }
            }
            while (total < into.Length);
        }
        return total;
    }

    /// <summary>
    /// Puts bytes into records, as many as there is room for. Less than 0 when the connection is broken.
    /// </summary>
    public int Write(ReadOnlySpan<byte> from)
    {
        int total = 0;
        fixed (byte* bytes = from)
        {
            while (total < from.Length)
            {
                lock (_lock)
                {
                    int count = Math.Min(RecordBytes, from.Length - total);
                    if (BufferBytes - _pending < count + RecordOverhead + SpareBytes) break;
                    if (IsClosed) return -1;
                    if (Run(Call.Write, bytes + total, count, out _) != count) return -1;
                    total += count;
                }
            }
        }
        return total;
    }

    /// <summary>
    /// Takes out what is to be sent; empty for nothing. The caller gives the memory back to the pool when it is sent.
    /// </summary>
    public ArraySegment<byte> TakeOutput()
    {
        lock (_lock)
        {
            if (_out is not { } bytes || _pending == 0) return ArraySegment<byte>.Empty;
            var output = new ArraySegment<byte>(bytes, _sent, _pending - _sent);
            _out = null;
            _sent = _pending = 0;
            return output;
        }
    }

    /// <summary>Sends what is gathered as far as it goes without waiting. True when that was all.</summary>
    public bool TrySend(IConnection to, out SocketResult result)
    {
        lock (_lock)
        {
            result = default;
            if (_out is not { } bytes || _pending == 0) return true;
            result = to.TrySend(bytes.AsSpan(_sent, _pending - _sent));
            if (!result.IsOk) return false;
            _sent += result.Bytes;
            if (_sent < _pending) return false;
            ArrayPool<byte>.Shared.Return(bytes);
            _out = null;
            _sent = _pending = 0;
            return true;
        }
    }

    /// <summary>The session, to be resumed by a later call; null when it cannot be.</summary>
    public byte[]? Session()
    {
        lock (_lock)
        {
            if (IsClosed) return null;
            nint session = LibSsl.SSL_get1_session(handle);
            if (session == 0) return null;
            byte[]? bytes = null;
            if (LibSsl.SSL_SESSION_is_resumable(session) == 1)
            {
                bytes = new byte[LibSsl.i2d_SSL_SESSION(session, null)];
                fixed (byte* first = bytes)
                {
                    byte* at = first;
                    NativeResult.Require(LibSsl.i2d_SSL_SESSION(session, &at) == bytes.Length);
                }
            }
            LibSsl.SSL_SESSION_free(session);
            return bytes;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // Calls that are under way on other threads end first.
        lock (_lock) base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        LibSsl.SSL_free(handle);
        NativeMemory.Free(_wire);
        _wire = null;
        return true;
    }

    /// <summary>
    /// Calls OpenSSL with the wire in place. Behind the lock. What has come is the reading thread's alone, which fills
    /// it without the lock.
    /// </summary>
    private int Run(Call call, byte* bytes, int count, out int error)
    {
        bool writes = call == Call.Write;
        _out ??= ArrayPool<byte>.Shared.Rent(BufferBytes);
        fixed (byte* input = writes ? null : _in, output = _out)
        {
            _wire->In = input + (writes ? 0 : _start);
            _wire->InCount = writes ? 0 : _end - _start;
            _wire->Out = output;
            _wire->OutRoom = BufferBytes;
            _wire->OutCount = _pending;
            LibCrypto.ERR_clear_error();
            int result = call switch
            {
                Call.Handshake => LibSsl.SSL_do_handshake(handle),
                Call.Read => LibSsl.SSL_read(handle, bytes, count),
                Call.Peek => LibSsl.SSL_peek(handle, bytes, count),
                _ => LibSsl.SSL_write(handle, bytes, count),
            };
            error = result > 0 ? 0 : LibSsl.SSL_get_error(handle, result);
            // The runtime's own use of OpenSSL on this thread shall not find what was ours.
            if (result <= 0) LibCrypto.ERR_clear_error();
            if (!writes) _start = _end - _wire->InCount;
            _pending = _wire->OutCount;
            ReleaseEmptyOutput();
            return result;
        }
    }

    private void ReleaseEmptyOutput()
    {
        if (_pending != 0 || _out is null) return;
        ArrayPool<byte>.Shared.Return(_out);
        _out = null;
    }

    private enum Call
    {
        Handshake,
        Read,
        Peek,
        Write,
    }
}
