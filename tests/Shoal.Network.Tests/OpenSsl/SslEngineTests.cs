using System.Buffers;
using System.Runtime.InteropServices;
using Shoal.Network.OpenSsl;

namespace Shoal.Network.Tests.OpenSsl;

/// <summary>Two engines whose wire is the test's. Only where there is OpenSSL, which is every Linux.</summary>
public sealed class SslEngineTests : IDisposable
{
    // openssl/ssl.h: new keys of the sender, and of both.
    private const int UpdateOwn = 0;
    private const int UpdateBoth = 1;

    // A record with a KeyUpdate: head, type of handshake message, length, the demand, type of record, tag.
    private const int UpdateBytes = 5 + 1 + 3 + 1 + 1 + 16;

    private const int OutputBytes = 128 * 1024;

    private readonly TlsRig _rig = new();
    private readonly SslEngine? _caller;
    private readonly SslEngine? _called;

    public SslEngineTests()
    {
        if (!OpenSslNegotiator.IsAvailable) return;
        _caller = new SslEngine(SslContext.Of(_rig.Caller), isServer: false);
        _called = new SslEngine(SslContext.Of(_rig.Called), isServer: true);
        SslStep ours = SslStep.Receive, theirs = SslStep.Receive;
        for (int flight = 0; flight < 3; flight++)
        {
            ours = _caller.Handshake();
            Carry(_caller, _called);
            theirs = _called.Handshake();
            Carry(_called, _caller);
        }
        Assert.Equal((SslStep.Done, SslStep.Done), (ours, theirs));
        // Two tickets have followed the handshake.
        Assert.Equal(0, _caller.Read(new byte[1]));
    }

    private delegate int KeyUpdate(nint ssl, int kind);

    public void Dispose()
    {
        _caller?.Dispose();
        _called?.Dispose();
        _rig.Dispose();
    }

    [Theory]
    [InlineData(UpdateOwn)]
    [InlineData(UpdateBoth)]
    public void New_keys_are_taken_and_given_at_any_time(int kind)
    {
        if (_caller is null || _called is null) return;
        for (byte round = 0; round < 100; round++)
        {
            SslEngine one = round % 2 == 0 ? _caller : _called;
            SslEngine other = round % 2 == 0 ? _called : _caller;
            Update(one, kind);
            Assert.Equal(1, one.Write([round]));
            Carry(one, other);
            Assert.Equal(round, ReadOne(other));
            // The answer to a demand for new keys goes out with what is sent next.
            Assert.Equal(1, other.Write([(byte)~round]));
            Carry(other, one);
            Assert.Equal((byte)~round, ReadOne(one));
        }
    }

    [Fact]
    public void Who_demands_new_keys_and_never_reads_the_answers_is_left_when_they_fill_what_is_to_be_sent()
    {
        if (_caller is null || _called is null) return;
        int result = 0, sent = 0;
        while (result == 0 && sent < 2 * OutputBytes / UpdateBytes)
        {
            Update(_caller, UpdateBoth);
            Assert.Equal(SslStep.Done, _caller.Handshake());
            Carry(_caller, _called);
            result = _called.Read(new byte[1]);
            sent++;
        }
        Assert.Equal(-1, result);
        // OpenSSL may keep an answer back until the next read.
        Assert.InRange(sent, OutputBytes / UpdateBytes, OutputBytes / UpdateBytes + 2);
        Assert.False(_called.IsOver);
    }

    private static void Update(SslEngine engine, int kind)
    {
        KeyUpdate update = Marshal.GetDelegateForFunctionPointer<KeyUpdate>(
            NativeLibrary.GetExport(NativeLibrary.Load(LibSsl.Library), "SSL_key_update"));
        Assert.Equal(1, update(engine.DangerousGetHandle(), kind));
    }

    private static byte ReadOne(SslEngine engine)
    {
        byte[] bytes = new byte[2];
        Assert.Equal(1, engine.Read(bytes));
        return bytes[0];
    }

    private static void Carry(SslEngine from, SslEngine to)
    {
        ArraySegment<byte> output = from.TakeOutput();
        if (output.Count == 0) return;
        output.AsSpan().CopyTo(to.InputRoom().Span);
        to.Received(output.Count);
        ArrayPool<byte>.Shared.Return(output.Array!);
    }
}
