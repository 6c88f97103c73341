namespace Shoal.Protocol.Bencoding;

/// <summary>
/// Ways in which bytes can be read but are not the one canonical encoding of their value. Old torrents have them and
/// are hashed over their raw bytes, so they do no harm there; v2 info dictionaries and stored DHT values may not.
/// </summary>
[Flags]
public enum BencodeFlaws
{
    /// <summary>The bytes are canonical.</summary>
    None = 0,

    /// <summary>Keys of a dictionary are not in the order of their bytes.</summary>
    UnsortedKeys = 1,

    /// <summary>A key follows itself.</summary>
    DuplicateKeys = 2,

    /// <summary>A number or a string length begins with a zero that it does not need.</summary>
    LeadingZeros = 4,

    /// <summary>A zero has a minus sign.</summary>
    NegativeZero = 8,
}
