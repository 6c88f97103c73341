using Shoal.Tracker.Swarms;

namespace Shoal.Tracker.Udp;

/// <summary>
/// A UDP socket as one thread uses it: some datagrams in, their replies out. Any number of datagrams may come at once,
/// up to what the socket is made for.
/// </summary>
internal interface IDatagramSocket : IDisposable
{
    /// <summary>The port that it is bound to.</summary>
    int Port { get; }

    /// <summary>Waits for datagrams.</summary>
    /// <returns>How many there are; 0 when there are none after all, or when the socket was stopped.</returns>
    int Receive();

    /// <summary>The bytes of a datagram that was received; its sender comes with it.</summary>
    ReadOnlySpan<byte> Datagram(int index, out HostAddress from);

    /// <summary>Room for the reply to a datagram.</summary>
    Span<byte> ReplyRoom(int index);

    /// <summary>Says how long the reply to a datagram is; 0 for none.</summary>
    void SetReply(int index, int length);

    /// <summary>Sends the replies to the first so many datagrams.</summary>
    /// <returns>Replies that the system did not take.</returns>
    int SendReplies(int count);

    /// <summary>
    /// What is needed to answer a datagram later, from another thread, when the socket has gone on to others.
    /// </summary>
    IDatagramReturn KeepReturn(int index);

    /// <summary>Makes a waiting <see cref="Receive"/> return; from any thread.</summary>
    void Stop();
}

/// <summary>The way back to the sender of one datagram.</summary>
internal interface IDatagramReturn
{
    /// <summary>Sends a reply; a failure is not told, as nothing that is lost on the way is.</summary>
    void Send(ReadOnlySpan<byte> reply);
}
