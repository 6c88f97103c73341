using System.Text.Json.Serialization;

namespace Shoal.Cli.Json;

/// <summary>
/// Serializers made at compile time for everything the program writes as JSON. Characters beyond ASCII are escaped,
/// so that names from outside cannot harm a terminal.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StartedEvent))]
[JsonSerializable(typeof(TorrentEventRecord))]
[JsonSerializable(typeof(StateEvent))]
[JsonSerializable(typeof(ProgressEvent))]
[JsonSerializable(typeof(PeerConnectedEvent))]
[JsonSerializable(typeof(PeerDisconnectedEvent))]
[JsonSerializable(typeof(PeerRefusedEvent))]
[JsonSerializable(typeof(SwarmResult))]
[JsonSerializable(typeof(TrackerAnsweredEvent))]
[JsonSerializable(typeof(WebSeedEvent))]
[JsonSerializable(typeof(PieceFailedEvent))]
[JsonSerializable(typeof(CompletedEvent))]
[JsonSerializable(typeof(ShareEvent))]
[JsonSerializable(typeof(RegisteredEvent))]
[JsonSerializable(typeof(FilesResult))]
[JsonSerializable(typeof(TrackerStartedEvent))]
[JsonSerializable(typeof(FailureResult))]
[JsonSerializable(typeof(TransferResult))]
[JsonSerializable(typeof(CreateResult))]
[JsonSerializable(typeof(InspectResult))]
[JsonSerializable(typeof(VerifyResult))]
[JsonSerializable(typeof(TrackerResult))]
[JsonSerializable(typeof(TrackerKeyResult))]
[JsonSerializable(typeof(DemoResult))]
[JsonSerializable(typeof(LabRunResult))]
[JsonSerializable(typeof(ScenarioRecord))]
[JsonSerializable(typeof(LabSetupResult))]
[JsonSerializable(typeof(LabSampleResult))]
[JsonSerializable(typeof(LabSimResult))]
internal sealed partial class JsonContext : JsonSerializerContext;
