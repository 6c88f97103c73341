namespace Shoal.Clients;

/// <summary>What a client is told about encrypted connections, as near as it can be told so.</summary>
public enum EncryptionMode
{
    /// <summary>Nothing.</summary>
    AsShipped,

    /// <summary>To call in the clear, and to take nothing else where it can refuse.</summary>
    Off,

    /// <summary>To try encrypted and to take both.</summary>
    Preferred,

    /// <summary>To speak encrypted with RC4 and nothing else.</summary>
    Required,
}
