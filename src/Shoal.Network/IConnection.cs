using System.Net;
using Shoal.Protocol.Encryption;

namespace Shoal.Network;

/// <summary>
/// A stream of bytes to one peer. TCP, its encrypted forms and later uTP look the same from here. At most one
/// receive and one send may be under way at a time; <see cref="Close"/> may be called at any time and ends both.
/// </summary>
public interface IConnection
{
    /// <summary>The other side.</summary>
    IPEndPoint Remote { get; }

    /// <summary>Our side.</summary>
    IPEndPoint Local { get; }

    /// <summary>What protects it, for people to see; nothing depends on it.</summary>
    StreamSecurity Security => StreamSecurity.Plain;

    /// <summary>
    /// The shortest time in which a packet was seen to go to the other side and its answer to come back; null where
    /// nobody knows.
    /// </summary>
    TimeSpan? RoundTrip => null;

    /// <summary>
    /// Bytes that are here and were not received yet, as far as that is known, with what encrypts them.
    /// </summary>
    int Available => 0;

    /// <summary>
    /// Receives what is there, waiting for at least one byte. With an empty buffer it waits until a receive would not
    /// wait, so that an idle peer holds no memory.
    /// </summary>
    ValueTask<SocketResult> ReceiveAsync(Memory<byte> buffer);

    /// <summary>
    /// While quiet, bytes that come wake nobody up to a few KiB: their owner looks for them at a time of its own. A
    /// receive that finds some returns them as ever; one that finds none may wait for more than one byte, so it is
    /// begun only after this was taken back. Only while no receive is under way. Nothing where a stream cannot do it.
    /// </summary>
    void SetQuiet(bool isQuiet)
    {
    }

    /// <summary>
    /// Puts bytes that were received back in front of what comes next, for whoever takes the connection over. They are
    /// not copied and stay as they are until they are received again. Only while no receive is under way.
    /// </summary>
    void Unread(ReadOnlyMemory<byte> bytes);

    /// <summary>
    /// Sends all of the bytes. They may be overwritten meanwhile: an encrypted connection encrypts where they lie.
    /// </summary>
    ValueTask<SocketResult> SendAsync(Memory<byte> bytes);

    /// <summary>
    /// Sends as much as goes without waiting. The count can be less than asked, also 0; the rest, which may be
    /// overwritten by then, has to be the first that is sent afterwards, as it lies there. Only while no send is under
    /// way.
    /// </summary>
    SocketResult TrySend(Span<byte> bytes);

    /// <summary>
    /// Tells the other side that nothing more will be sent, while receiving goes on; nothing where a stream has no such
    /// end. Closing without it while a receive is under way may cost the other side what it has not read yet.
    /// </summary>
    void EndSending()
    {
    }

    /// <summary>Ends the connection and everything under way on it. Further calls do nothing.</summary>
    void Close();
}
