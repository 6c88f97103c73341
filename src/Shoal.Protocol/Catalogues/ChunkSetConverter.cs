using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shoal.Protocol.Catalogues;

/// <summary>Reads chunks as a list of numbers or a text of ranges, and writes them as a list of numbers.</summary>
public sealed class ChunkSetConverter : JsonConverter<ChunkSet>
{
    /// <inheritdoc/>
    public override ChunkSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
            return ChunkSet.TryParse(reader.GetString(), out ChunkSet? parsed)
                ? parsed : throw new JsonException("These are no ranges of chunks such as \"0-99,105\".");
        if (reader.TokenType == JsonTokenType.Number) return Of([(Number(ref reader), Number(ref reader) + 1)]);
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("Chunks are a list of numbers or a text of ranges.");
        List<(int First, int End)> ranges = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            int chunk = Number(ref reader);
            if (ranges.Count > 0 && ranges[^1].End == chunk) ranges[^1] = (ranges[^1].First, chunk + 1);
            else ranges.Add((chunk, chunk + 1));
        }
        return Of(ranges);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ChunkSet value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach ((int first, int end) in value.Ranges)
            for (int chunk = first; chunk < end; chunk++) writer.WriteNumberValue(chunk);
        writer.WriteEndArray();
    }

    private static ChunkSet Of(IEnumerable<(int, int)> ranges) =>
        ChunkSet.Of(ranges) ?? throw new JsonException("These are too many separate ranges of chunks.");

    private static int Number(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out int chunk)
        && chunk is >= 0 and < ChunkSet.MaxChunks
            ? chunk
            : throw new JsonException($"A chunk is a number from 0 to {ChunkSet.MaxChunks - 1}.");
}
