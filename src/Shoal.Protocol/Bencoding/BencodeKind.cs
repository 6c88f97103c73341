namespace Shoal.Protocol.Bencoding;

/// <summary>The four shapes of a bencoded value, and none for a node that does not exist.</summary>
public enum BencodeKind
{
    /// <summary>No value: the node of a failed look-up.</summary>
    None = 0,

    /// <summary>A signed 64-bit number.</summary>
    Integer,

    /// <summary>A string of bytes, with no character set of its own.</summary>
    String,

    /// <summary>Values in order.</summary>
    List,

    /// <summary>Values under string keys.</summary>
    Dictionary,
}
