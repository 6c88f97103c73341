namespace Shoal.Engine;

/// <summary>An operation on the engine failed. The message is one sentence for people.</summary>
public sealed class TorrentException : Exception
{
    /// <summary>Creates the exception.</summary>
    public TorrentException(TorrentError error, string message, Exception? inner = null)
        : base(message, inner) => Error = error;

    /// <summary>What kind of thing went wrong.</summary>
    public TorrentError Error { get; }
}
