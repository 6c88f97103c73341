using System.Net;
using System.Net.Sockets;

namespace Shoal.Discovery;

/// <summary>Says what a failed socket call means, in words that stand after a colon.</summary>
public static class SocketErrorText
{
    /// <summary>The sentence for a server that a connection or datagram did not get to.</summary>
    /// <param name="who">The server with its URL, as the beginning of the sentence.</param>
    /// <param name="url">That URL; the address is told only when the URL does not name it already.</param>
    /// <param name="target">Where it was looked for.</param>
    /// <param name="why">What happened, without a full stop.</param>
    public static string Unreached(string who, Uri url, IPEndPoint target, string why)
    {
        bool isNamed = url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6;
        return $"{who} cannot be reached{(isNamed ? "" : $" at {target}")}: {why}.";
    }

    /// <summary>The error in words, without a full stop.</summary>
    public static string Of(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "the connection was refused",
        SocketError.TimedOut => "it does not answer",
        SocketError.HostUnreachable or SocketError.HostDown => "there is no way to that address",
        SocketError.NetworkUnreachable or SocketError.NetworkDown => "there is no way to that network",
        SocketError.HostNotFound or SocketError.NoData => "the name is not known",
        SocketError.TryAgain or SocketError.NoRecovery => "no name server answers",
        SocketError.AccessDenied => "the system does not permit it",
        SocketError.ConnectionReset or SocketError.ConnectionAborted => "the connection was broken off",
        SocketError.AddressNotAvailable => "this machine has no address to reach it from",
        _ => new SocketException((int)error).Message.TrimEnd('.'),
    };
}
