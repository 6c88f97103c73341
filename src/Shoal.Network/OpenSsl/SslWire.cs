using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Shoal.Network.OpenSsl;

/// <summary>
/// The wire as OpenSSL sees it: what came is read out of memory, and what is to go is gathered in memory. It is native
/// memory, so that callbacks touch nothing of the collector's; the buffers are set for the length of one call.
/// </summary>
internal unsafe struct SslWire
{
    /// <summary>Bytes of a server name at the most; a longer one is none of ours.</summary>
    public const int MaxNameBytes = 255;

    public byte* In;
    public int InCount;
    public byte* Out;
    public int OutRoom;
    public int OutCount;
    public int NameLength;
    public fixed byte Name[MaxNameBytes];

    private static readonly nint Method = MakeMethod();

    /// <summary>A BIO that reads and writes the wire. It does not own it.</summary>
    public static nint NewBio(SslWire* wire)
    {
        nint bio = LibCrypto.BIO_new(Method);
        NativeResult.Require(bio != 0);
        LibCrypto.BIO_set_data(bio, wire);
        LibCrypto.BIO_set_init(bio, 1);
        return bio;
    }

    /// <summary>
    /// Keeps the server name that a ClientHello asks for, and lets OpenSSL wait until somebody has looked at it.
    /// </summary>
    [UnmanagedCallersOnly]
    public static int KeepName(nint ssl, int* alert, nint argument)
    {
        var wire = (SslWire*)LibCrypto.BIO_get_data(LibSsl.SSL_get_rbio(ssl));
        byte* bytes;
        nuint length;
        wire->NameLength = 0;
        if (LibSsl.SSL_client_hello_get0_ext(ssl, LibSsl.ServerNameExtension, &bytes, &length) == 1)
        {
            ReadOnlySpan<byte> name = ServerName.In(new ReadOnlySpan<byte>(bytes, (int)length));
            if (name.Length <= MaxNameBytes)
            {
                name.CopyTo(new Span<byte>(wire->Name, MaxNameBytes));
                wire->NameLength = name.Length;
            }
        }
        return LibSsl.ClientHelloRetry;
    }

    private static nint MakeMethod()
    {
        fixed (byte* name = "shoal"u8)
        {
            nint method = LibCrypto.BIO_meth_new(LibCrypto.BIO_get_new_index() | LibCrypto.BioSourceSink, name);
            NativeResult.Require(method != 0);
            NativeResult.Require(LibCrypto.BIO_meth_set_read(method, &Read) == 1);
            NativeResult.Require(LibCrypto.BIO_meth_set_write(method, &Write) == 1);
            NativeResult.Require(LibCrypto.BIO_meth_set_ctrl(method, &Control) == 1);
            return method;
        }
    }

    [UnmanagedCallersOnly]
    private static int Read(nint bio, byte* bytes, int count)
    {
        var wire = (SslWire*)LibCrypto.BIO_get_data(bio);
        LibCrypto.BIO_clear_flags(bio, LibCrypto.BioRetryFlags);
        int read = Math.Min(count, wire->InCount);
        if (read <= 0)
        {
            LibCrypto.BIO_set_flags(bio, LibCrypto.BioRead | LibCrypto.BioShouldRetry);
            return -1;
        }
        Unsafe.CopyBlockUnaligned(bytes, wire->In, (uint)read);
        wire->In += read;
        wire->InCount -= read;
        return read;
    }

    [UnmanagedCallersOnly]
    private static int Write(nint bio, byte* bytes, int count)
    {
        var wire = (SslWire*)LibCrypto.BIO_get_data(bio);
        LibCrypto.BIO_clear_flags(bio, LibCrypto.BioRetryFlags);
        int written = Math.Min(count, wire->OutRoom - wire->OutCount);
        if (written <= 0)
        {
            LibCrypto.BIO_set_flags(bio, LibCrypto.BioWrite | LibCrypto.BioShouldRetry);
            return -1;
        }
        Unsafe.CopyBlockUnaligned(wire->Out + wire->OutCount, bytes, (uint)written);
        wire->OutCount += written;
        return written;
    }

    [UnmanagedCallersOnly]
    private static CLong Control(nint bio, int command, CLong number, nint pointer) =>
        new(command == LibCrypto.BioControlFlush ? 1 : 0);
}
