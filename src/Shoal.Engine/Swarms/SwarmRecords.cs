using System.Text.Json.Serialization;

namespace Shoal.Engine.Swarms;

/// <summary>The form of an authority's list of credentials on disk.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(List<SwarmMemberRecord>))]
internal sealed partial class SwarmRecords : JsonSerializerContext;
