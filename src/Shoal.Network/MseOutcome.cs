using Shoal.Protocol;
using Shoal.Protocol.Encryption;

namespace Shoal.Network;

/// <summary>How an encrypted handshake ended.</summary>
/// <param name="Connection">
/// The connection to go on with, or null; the one below is then not closed. Everything the other side has sent after
/// the handshake is received from it.
/// </param>
/// <param name="Torrent">Which one was asked for; only when it succeeded.</param>
/// <param name="Status">
/// What failed; <see cref="MseStatus.NeedMore"/> when the other side ended the connection or it broke.
/// </param>
/// <param name="HasShortSecret">
/// True when the secret began with a zero: then a failure may be due to that, and another call works.
/// </param>
public readonly record struct MseOutcome(
    IConnection? Connection, InfoHash Torrent, MseStatus Status, bool HasShortSecret = false);
