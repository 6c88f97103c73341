using Shoal.Protocol.Bencoding;

namespace Shoal.Protocol.Tests.Bencoding;

/// <summary>
/// Writes values as a test spells them, right or wrong: keys of a dictionary stay in the order given and may repeat.
/// </summary>
internal static class Bencoded
{
    public static byte[] Dict(params ReadOnlySpan<(object Key, object Value)> entries)
    {
        var writer = new BencodeWriter();
        writer.Raw("d"u8);
        foreach ((object key, object value) in entries)
        {
            Write(writer, key);
            Write(writer, value);
        }
        writer.Raw("e"u8);
        return writer.ToArray();
    }

    public static byte[] List(params ReadOnlySpan<object> items)
    {
        var writer = new BencodeWriter();
        writer.Raw("l"u8);
        foreach (object item in items) Write(writer, item);
        writer.Raw("e"u8);
        return writer.ToArray();
    }

    /// <summary>A string of bytes, where a bare array is a value that is encoded already.</summary>
    public static byte[] Text(ReadOnlySpan<byte> bytes)
    {
        var writer = new BencodeWriter();
        writer.String(bytes);
        return writer.ToArray();
    }

    private static void Write(BencodeWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                writer.String(text);
                break;
            case int number:
                writer.Integer(number);
                break;
            case long number:
                writer.Integer(number);
                break;
            case byte[] encoded:
                writer.Raw(encoded);
                break;
            default:
                throw new ArgumentException($"No encoding for {value.GetType()}.");
        }
    }
}
