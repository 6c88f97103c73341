namespace Shoal.Cli.Json;

/// <summary>A transfer command listens for peers.</summary>
/// <param name="Command">Name of the command.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Port">TCP port for peers.</param>
internal sealed record StartedEvent(string Command, string Version, int Port) : JsonRecord("started");
