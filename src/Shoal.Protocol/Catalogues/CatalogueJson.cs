using System.Text.Json.Serialization;

namespace Shoal.Protocol.Catalogues;

/// <summary>
/// Serializers made at compile time for what trackers and their clients tell each other about files. docs/CATALOGUE.md
/// describes the requests.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict,
    AllowDuplicateProperties = false,
    MaxDepth = MaxDepth)]
[JsonSerializable(typeof(RegisterRequest))]
[JsonSerializable(typeof(RegisterReply))]
[JsonSerializable(typeof(ChunkRequest))]
[JsonSerializable(typeof(ChunkReply))]
[JsonSerializable(typeof(LeaveRequest))]
[JsonSerializable(typeof(LeaveReply))]
[JsonSerializable(typeof(FileList))]
[JsonSerializable(typeof(LookupReply))]
[JsonSerializable(typeof(LocationsReply))]
[JsonSerializable(typeof(RarestReply))]
[JsonSerializable(typeof(FileEntry))]
[JsonSerializable(typeof(TrackerFigures))]
[JsonSerializable(typeof(TorrentList))]
[JsonSerializable(typeof(KeyEntry))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyRequest))]
[JsonSerializable(typeof(ErrorReply))]
public sealed partial class CatalogueJson : JsonSerializerContext
{
    /// <summary>Depth of JSON at the most; the deepest request has four levels.</summary>
    public const int MaxDepth = 8;
}
