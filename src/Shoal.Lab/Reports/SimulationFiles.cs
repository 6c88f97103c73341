using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Shoal.Lab.Simulation;

namespace Shoal.Lab.Reports;

/// <summary>A simulation's figures for other programs.</summary>
public static class SimulationFiles
{
    /// <summary>
    /// A line per peer: number, group, behaviour, joined_s, took_s, uploaded, downloaded, wasted, left, away_s,
    /// bound_s. Fields of what did not happen are empty.
    /// </summary>
    public static string Csv(SimulationResult result)
    {
        var text = new StringBuilder(
            "number,group,behaviour,joined_s,took_s,uploaded,downloaded,wasted,left,away_s,bound_s\n");
        foreach (SimulatedPeer peer in result.Peers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{peer.Number},{Quoted(peer.Group)},{peer.Behaviour},");
            text.Append(CultureInfo.InvariantCulture, $"{peer.JoinedSeconds:0.###},{peer.TookSeconds:0.###},");
            text.Append(CultureInfo.InvariantCulture, $"{peer.UploadedBytes},{peer.DownloadedBytes},");
            text.Append(CultureInfo.InvariantCulture, $"{peer.WastedBytes},{(peer.HasLeft ? 1 : 0)},");
            text.Append(CultureInfo.InvariantCulture, $"{peer.AwaySeconds:0.###},{peer.BoundSeconds:0.###}\n");
        }
        return text.ToString();
    }

    /// <summary>Everything that the report draws, as one JSON object.</summary>
    public static byte[] Json(SimulationResult result)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("title", result.Plan.Title);
            json.WriteNumber("seed", result.Plan.Seed);
            json.WriteNumber("content_bytes", result.Plan.ContentBytes);
            json.WriteNumber("piece_bytes", result.Plan.PieceLength);
            json.WriteNumber("bytes_per_block", result.Plan.BytesPerBlock);
            json.WriteBoolean("complete", result.IsComplete);
            json.WriteNumber("seconds", Math.Round(result.Seconds, 3));
            json.WriteNumber("bound_seconds", Math.Round(result.BoundSeconds, 3));
            json.WriteNumber("seed_copies", Math.Round(result.SeedCopies, 4));
            json.WriteNumber("events", result.Events);
            json.WriteNumber("announces", result.Announces);
            WriteGroups(json, result);
            WriteSamples(json, result);
            WriteFed(json, result);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    private static void WriteGroups(Utf8JsonWriter json, SimulationResult result)
    {
        json.WriteStartArray("groups");
        foreach (GroupSummary group in GroupSummary.Of(result))
        {
            json.WriteStartObject();
            json.WriteString("name", group.Name);
            json.WriteNumber("peers", group.Peers);
            json.WriteNumber("complete", group.Complete);
            foreach ((string name, double share) in
                new[] { ("p50_s", 0.5), ("p90_s", 0.9), ("p99_s", 0.99), ("p999_s", 0.999), ("max_s", 1) })
                if (group.Took.Count > 0) json.WriteNumber(name, Math.Round(group.Took.At(share), 3));
            if (group.OfBound.Count > 0) json.WriteNumber("max_of_bound", Math.Round(group.OfBound.At(1), 4));
            json.WriteNumber("uploaded_each", (long)group.UploadedBytes);
            json.WriteNumber("downloaded_each", (long)group.DownloadedBytes);
            json.WriteNumber("wasted", group.WastedBytes);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteSamples(Utf8JsonWriter json, SimulationResult result)
    {
        json.WriteStartArray("samples");
        foreach (SimulationSample sample in result.Samples)
        {
            json.WriteStartObject();
            json.WriteNumber("seconds", Math.Round(sample.Seconds, 3));
            json.WriteNumber("bytes_per_second", (long)sample.BytesPerSecond);
            json.WriteNumber("online", sample.Online);
            json.WriteNumber("complete", sample.Complete);
            json.WriteNumber("rarest", sample.Availability.Min());
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private static void WriteFed(Utf8JsonWriter json, SimulationResult result)
    {
        json.WriteString("fed_by", result.IsFedByGroup ? "group" : "peer");
        json.WriteStartArray("fed");
        foreach (long[] giver in result.Fed)
        {
            json.WriteStartArray();
            foreach (long bytes in giver) json.WriteNumberValue(bytes);
            json.WriteEndArray();
        }
        json.WriteEndArray();
    }

    private static string Quoted(string text) => text.AsSpan().ContainsAny(",\"\n")
        ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
