using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Shoal.Protocol;
using Shoal.Swarm;

namespace Shoal.Engine.Diagnostics;

/// <summary>Every line that the engine can log. Event ids 1000 to 1999 are the engine's.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(1000, LogLevel.Information, "Listening for peers on {EndPoint}")]
    public static partial void Listening(ILogger log, IPEndPoint endPoint);

    [LoggerMessage(1001, LogLevel.Information, "Added torrent {InfoHash} '{Name}'")]
    public static partial void Added(ILogger log, InfoHash infoHash, string name);

    [LoggerMessage(1002, LogLevel.Information, "Torrent {InfoHash} is now {State}")]
    public static partial void State(ILogger log, InfoHash infoHash, TorrentState state);

    [LoggerMessage(1003, LogLevel.Error, "Torrent {InfoHash} failed: {Reason}")]
    public static partial void Failed(ILogger log, InfoHash infoHash, string reason);

    [LoggerMessage(1010, LogLevel.Debug, "Dialled {EndPoint}: {Error}")]
    public static partial void Dialled(ILogger log, IPEndPoint endPoint, SocketError error);

    [LoggerMessage(1011, LogLevel.Debug, "Connected {EndPoint}, incoming {IsIncoming}, {Client}")]
    public static partial void Connected(ILogger log, IPEndPoint endPoint, bool isIncoming, string client);

    [LoggerMessage(1012, LogLevel.Debug, "Disconnected {EndPoint}: {Reason}")]
    public static partial void Disconnected(ILogger log, IPEndPoint endPoint, DisconnectReason reason);

    [LoggerMessage(1013, LogLevel.Debug, "Refused {EndPoint}: {Reason}")]
    public static partial void IncomingRefused(ILogger log, IPEndPoint endPoint, DisconnectReason reason);

    [LoggerMessage(1014, LogLevel.Debug, "Did not dial {EndPoint}: {Reason}")]
    public static partial void AddressRefused(ILogger log, IPEndPoint endPoint, string reason);

    [LoggerMessage(1015, LogLevel.Critical, "A defect in the greeting of {EndPoint}")]
    public static partial void IncomingFault(ILogger log, Exception exception, IPEndPoint endPoint);

    [LoggerMessage(1020, LogLevel.Warning, "Piece {Piece} of {InfoHash} failed its hash and is fetched again")]
    public static partial void PieceFailed(ILogger log, int piece, InfoHash infoHash);

    [LoggerMessage(1021, LogLevel.Warning, "Cannot read data of {InfoHash}: {Error}")]
    public static partial void ReadFailed(ILogger log, InfoHash infoHash, string error);

    [LoggerMessage(1022, LogLevel.Warning, "Resume journal of {InfoHash}: {Error}")]
    public static partial void JournalFailed(ILogger log, InfoHash infoHash, string error);

    [LoggerMessage(1030, LogLevel.Debug, "Tracker {Url} named {Peers} peers")]
    public static partial void TrackerAnswered(ILogger log, string url, int peers);

    [LoggerMessage(1031, LogLevel.Warning, "Tracker {Url}: {Error}")]
    public static partial void TrackerFailed(ILogger log, string url, string error);

    [LoggerMessage(1032, LogLevel.Warning, "Cannot resolve {Host}: {Error}")]
    public static partial void NameNotFound(ILogger log, string host, string error);

    [LoggerMessage(1033, LogLevel.Information, "No torrent for the magnet link at {Url}: {Error}")]
    public static partial void LinkedTorrentFailed(ILogger log, string url, string error);

    [LoggerMessage(1034, LogLevel.Warning, "Torrent {InfoHash}: {Error} It is used again in {Wait}.")]
    public static partial void WebSeedFailed(ILogger log, InfoHash infoHash, string error, TimeSpan wait);

    [LoggerMessage(1035, LogLevel.Warning, "Torrent {InfoHash}: {Error} It is not used any more.")]
    public static partial void WebSeedDropped(ILogger log, InfoHash infoHash, string error);

    [LoggerMessage(1090, LogLevel.Critical, "A defect in torrent {InfoHash}")]
    public static partial void Fault(ILogger log, Exception exception, InfoHash infoHash);
}
