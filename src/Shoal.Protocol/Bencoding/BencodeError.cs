using System.Globalization;

namespace Shoal.Protocol.Bencoding;

/// <summary>Why bytes are not bencoding.</summary>
public enum BencodeErrorKind
{
    /// <summary>There is no error.</summary>
    None = 0,

    /// <summary>The bytes end inside a value.</summary>
    Truncated,

    /// <summary>A byte stands where the format has no place for it.</summary>
    UnexpectedByte,

    /// <summary>A number does not fit in 64 bits, or a string length not in the bytes that are left.</summary>
    Overflow,

    /// <summary>A dictionary key is not a string.</summary>
    KeyNotString,

    /// <summary>A dictionary ends after a key.</summary>
    MissingValue,

    /// <summary>Containers lie deeper in each other than the limit.</summary>
    TooDeep,

    /// <summary>There are more values than the limit.</summary>
    TooManyTokens,

    /// <summary>Bytes follow the value and the limits do not allow it.</summary>
    TrailingBytes,
}

/// <summary>Why and where a parse ended.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Offset">Offset of the offending byte from the start of the input.</param>
public readonly record struct BencodeError(BencodeErrorKind Kind, int Offset)
{
    /// <summary>The error as the end of a sentence, such as "it ends inside a value at byte 12".</summary>
    public override string ToString()
    {
        string what = Kind switch
        {
            BencodeErrorKind.None => "nothing is wrong",
            BencodeErrorKind.Truncated => "it ends inside a value",
            BencodeErrorKind.UnexpectedByte => "a byte is out of place",
            BencodeErrorKind.Overflow => "a number is too large",
            BencodeErrorKind.KeyNotString => "a dictionary key is not a string",
            BencodeErrorKind.MissingValue => "a dictionary key has no value",
            BencodeErrorKind.TooDeep => "lists and dictionaries are nested too deep",
            BencodeErrorKind.TooManyTokens => "it has too many values",
            _ => "bytes follow its end",
        };
        return string.Create(CultureInfo.InvariantCulture, $"{what} at byte {Offset}");
    }
}
