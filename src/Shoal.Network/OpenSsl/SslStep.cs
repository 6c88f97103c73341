namespace Shoal.Network.OpenSsl;

/// <summary>What a handshake comes to next.</summary>
internal enum SslStep
{
    /// <summary>It is over, and well.</summary>
    Done,

    /// <summary>Something has to be received.</summary>
    Receive,

    /// <summary>The other side has said whom it asks for.</summary>
    Named,

    /// <summary>It has failed.</summary>
    Broken,
}
