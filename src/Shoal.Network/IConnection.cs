using System.Net;

namespace Shoal.Network;

/// <summary>
/// A stream of bytes to one peer. TCP, and later its encrypted forms and uTP, look the same from here. At most one
/// receive and one send may be under way at a time; <see cref="Close"/> may be called at any time and ends both.
/// </summary>
public interface IConnection
{
    /// <summary>The other side.</summary>
    IPEndPoint Remote { get; }

    /// <summary>Our side.</summary>
    IPEndPoint Local { get; }

    /// <summary>
    /// Receives what is there, waiting for at least one byte. With an empty buffer it waits until a receive would not
    /// wait, so that an idle peer holds no memory.
    /// </summary>
    ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer);

    /// <summary>Sends all of the bytes.</summary>
    ValueTask<SocketResult> SendAsync(ReadOnlyMemory<byte> bytes);

    /// <summary>
    /// Sends as much as goes without waiting. The count can be less than asked, also 0; the rest is then for
    /// <see cref="SendAsync"/>. Only while no send is under way.
    /// </summary>
    SocketResult TrySend(ReadOnlySpan<byte> bytes);

    /// <summary>Ends the connection and everything under way on it. Further calls do nothing.</summary>
    void Close();
}
