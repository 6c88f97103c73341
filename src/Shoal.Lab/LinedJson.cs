using System.Text;
using System.Text.Json;

namespace Shoal.Lab;

/// <summary>A value of a JSON file that knows its line, so that what is wrong with it can be told.</summary>
internal sealed class LinedJson
{
    // Deeper than any file that is read here, and far from the end of the stack.
    private const int MaxDepth = 16;

    private LinedJson(JsonTokenType kind, int line)
    {
        Kind = kind;
        Line = line;
    }

    /// <summary>What it is: an object or array by its start, or a scalar.</summary>
    public JsonTokenType Kind { get; }

    /// <summary>Number of the line from 1.</summary>
    public int Line { get; }

    /// <summary>A string's or number's text; empty for anything else.</summary>
    public string Text { get; private init; } = "";

    /// <summary>Elements of an array.</summary>
    public List<LinedJson> Items { get; } = [];

    /// <summary>Members of an object; of two with the same name the last.</summary>
    public Dictionary<string, LinedJson> Members { get; } = [];

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="LabException">It is no JSON.</exception>
    public static LinedJson Read(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[Encoding.UTF8.Preamble.Length..];
        Utf8JsonReader reader = new(bytes, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = MaxDepth,
        });
        try
        {
            reader.Read();
            LinedJson value = Value(ref reader, bytes);
            // What follows the value is a fault that only reading on finds.
            reader.Read();
            return value;
        }
        catch (JsonException error)
        {
            throw LabException.At(path, (int)(error.LineNumber ?? 0) + 1, $"this is not JSON: {Reason(error)}");
        }
    }

    // The library's sentence ends with the place, which is told already.
    private static string Reason(JsonException error)
    {
        int place = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return place < 0 ? error.Message : error.Message[..place];
    }

    private static LinedJson Value(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes)
    {
        int line = bytes[..(int)reader.TokenStartIndex].Count((byte)'\n') + 1;
        if (reader.TokenType is JsonTokenType.String or JsonTokenType.Number)
        {
            string text = reader.TokenType == JsonTokenType.String
                ? reader.GetString()! : Encoding.UTF8.GetString(reader.ValueSpan);
            return new LinedJson(reader.TokenType, line) { Text = text };
        }
        LinedJson value = new(reader.TokenType, line);
        if (value.Kind == JsonTokenType.StartArray)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                value.Items.Add(Value(ref reader, bytes));
        }
        else if (value.Kind == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                string name = reader.GetString()!;
                reader.Read();
                value.Members[name] = Value(ref reader, bytes);
            }
        }
        return value;
    }
}
