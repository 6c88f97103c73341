namespace Shoal.Protocol.Encryption;

/// <summary>What protects a connection to a peer.</summary>
public enum StreamSecurity
{
    /// <summary>Nothing.</summary>
    Plain,

    /// <summary>The handshake was hidden; what follows is in the clear.</summary>
    Obfuscated,

    /// <summary>All of it is hidden by RC4: from those who look in passing, not from those who break in.</summary>
    Rc4,

    /// <summary>TLS between members of a private swarm, who have shown their certificates.</summary>
    Tls,
}
