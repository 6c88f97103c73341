using System.Buffers.Binary;

namespace Shoal.Network.OpenSsl;

/// <summary>
/// Reads the extension of a ClientHello that says who is asked for
/// (<see href="https://www.rfc-editor.org/rfc/rfc6066#section-3">RFC 6066, section 3</see>).
/// </summary>
/// <remarks>
/// <code>
///   list length 2 │ type 1 │ length 2 │ name │ ...
/// </code>
/// </remarks>
internal static class ServerName
{
    private const int HeadBytes = 5;
    private const byte HostName = 0;

    /// <summary>The name; empty when there is none that can be read.</summary>
    public static ReadOnlySpan<byte> In(ReadOnlySpan<byte> extension)
    {
        if (extension.Length < HeadBytes || extension[2] != HostName) return default;
        int length = BinaryPrimitives.ReadUInt16BigEndian(extension[3..]);
        return length <= extension.Length - HeadBytes ? extension.Slice(HeadBytes, length) : default;
    }
}
